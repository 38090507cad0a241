/** The text, or its start and an ellipsis, in at most so many UTF-16 units; never half of a character. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  const start = text.slice(0, most - 1);
  const last = start.charCodeAt(start.length - 1);
  return `${last >= 0xd800 && last <= 0xdbff ? start.slice(0, -1) : start}…`;
}
