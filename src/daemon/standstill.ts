/**
 * Notices that this process stood still (stopped, starved of CPU, throttled): what it was not there to hear was not
 * silence. Asked at every turn, before anything is concluded from the time.
 */
export function createStandstillWatch(
  monotonic: () => number,
  limitMs: number,
  tell: (stoodMs: number) => void,
): () => void {
  let lastAt = monotonic();
  return () => {
    const now = monotonic();
    const stood = now - lastAt;
    lastAt = now;
    if (stood > limitMs) tell(stood);
  };
}
