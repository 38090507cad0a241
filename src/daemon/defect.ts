/** What is logged beside a sentence about something that failed. */
import { KubeRequestError } from '../kubernetes/errors.ts';

/** A server, a file or a network that fails has said all in its message; anything else is a defect of ours, with its stack. */
export function defectFields(error: unknown): { readonly err?: unknown } {
  return error instanceof KubeRequestError || isOfSystem(error) ? {} : { err: error };
}

/** A call of the operating system failed: 'EACCES', 'ENOSPC'. */
function isOfSystem(error: unknown): boolean {
  return error instanceof Error && typeof Reflect.get(error, 'syscall') === 'string';
}
