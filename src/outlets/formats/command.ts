import type { MessageDocument } from '../message.ts';

/** What to paste: the first step, or where that is too long to show whole, the command that prints it. Half a command is worse than none. */
export function commandOf({ firstStep, explain }: MessageDocument, most: number): string | null {
  if (firstStep === null) return null;
  const { command } = firstStep;
  return command !== null && command.length <= most ? command : explain;
}
