/** Times are remembered by their text: what was read once must not be told of another text. */
import { describe, expect, it } from 'vitest';
import { timeAt } from '../../../src/kubernetes/projections/read-json.ts';

describe('timeAt', () => {
  const read = (time: string) => timeAt({ time }, 'time');

  it('says the same of a text each time, also after more texts than are remembered', () => {
    const first = Date.UTC(2026, 0, 1);
    for (let round = 0; round < 2; round += 1) {
      for (let second = 0; second < 3_000; second += 1) {
        const at = first + second * 1_000;
        expect(read(new Date(at).toISOString())).toBe(at);
      }
    }
  });

  it('says null of what is no time, each time', () => {
    for (const text of ['', 'yesterday', '2026-13-01T00:00:00Z', `2026-01-01T00:00:00Z${' '.repeat(40)}x`]) {
      expect(read(text)).toBeNull();
      expect(read(text)).toBeNull();
    }
  });

  it('reads offsets and fractions', () => {
    expect(read('2026-01-01T01:00:00.250+01:00')).toBe(Date.UTC(2026, 0, 1, 0, 0, 0, 250));
  });
});
