/** Waits for a condition of another process, which nothing here can be told of: asks again until it holds or time is up. */
const EVERY_MS = 40;
const WITHIN_MS = 45_000;

/**
 * The first value that is neither undefined, null nor false. A question that throws has no answer yet; the last error is
 * the reason given when time is up.
 */
export async function eventually<T>(
  what: string,
  ask: () => T | Promise<T>,
  withinMs = WITHIN_MS,
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = performance.now() + withinMs;
  let reason = 'it never held';
  while (performance.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== null && answer !== false)
        return answer as Exclude<T, undefined | null | false>;
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  throw new Error(`${what}: not within ${withinMs / 1000} s (${reason})`);
}
