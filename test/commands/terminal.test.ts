import { describe, expect, it } from 'vitest';
import { describeBytes, Progress, textOptions, wantsColour } from '../../src/commands/terminal.ts';

const terminal = { isTTY: true, columns: 20, write: () => true };
const pipe = { write: () => true };

describe('colours', () => {
  it.each([
    ['are for a terminal', terminal, {}, true],
    ['are not for a pipe', pipe, {}, false],
    ['are not where NO_COLOR is set, whatever it says', terminal, { NO_COLOR: '0' }, false],
    ['are where NO_COLOR is empty (no-color.org)', terminal, { NO_COLOR: '' }, true],
    ['are not for a dumb terminal', terminal, { TERM: 'dumb' }, false],
  ])('%s', (_, stream, env, colour) => {
    expect(wantsColour(stream, env)).toBe(colour);
  });
});

describe('text', () => {
  it('is as wide as the terminal, and of no width in a pipe', () => {
    expect(textOptions(terminal, {})).toEqual({ colour: true, width: 20 });
    expect(textOptions(pipe, {})).toEqual({ colour: false });
    expect(textOptions({ ...pipe, columns: 80 }, {})).toEqual({ colour: false });
    // A terminal under a recorder (script) has no columns, and is no reason to break words after none.
    expect(textOptions({ ...terminal, columns: 0 }, {})).toEqual({ colour: true });
  });
});

describe('progress', () => {
  function drawn(stream: { readonly isTTY?: boolean; readonly columns?: number }) {
    const written: string[] = [];
    let now = 0;
    const progress = new Progress({ ...stream, write: (text) => written.push(text) }, () => now);
    const at = (time: number, line: string) => {
      now = time;
      progress.update(() => line);
    };
    return { written, at, clear: () => progress.clear() };
  }
  const shown = (written: readonly string[]) => written.map((text) => text.replace('\r\u001b[K', ''));

  it('shows after two seconds, and not more than five times a second', () => {
    const { written, at } = drawn(terminal);
    for (let time = 0; time < 3_000; time += 50) at(time, `${time}`);
    expect(shown(written)).toEqual(['2000', '2200', '2400', '2600', '2800']);
  });

  it('leaves nothing behind, and clears nothing that was never drawn', () => {
    const { written, at, clear } = drawn(terminal);
    clear();
    expect(written).toEqual([]);
    at(5_000, 'x');
    clear();
    clear();
    expect(written).toEqual(['\r\u001b[Kx', '\r\u001b[K']);
  });

  it('stays on one line', () => {
    const { written, at } = drawn(terminal);
    at(5_000, 'x'.repeat(200));
    expect(shown(written)[0]).toHaveLength(19);
    const unmeasured = drawn({ isTTY: true, columns: 0 });
    unmeasured.at(5_000, 'Replaying: 90 %');
    expect(shown(unmeasured.written)).toEqual(['Replaying: 90 %']);
  });

  it('is silent in a pipe, and does not even ask what to say', () => {
    const { written, at } = drawn({});
    at(60_000, 'x');
    expect(written).toEqual([]);
  });
});

describe('how far it is', () => {
  it.each([
    [50, 200, '25 %'],
    [300, 200, '100 %'],
    [0, 0, '0.0 MB'],
    [2_500_000, null, '2.5 MB'],
  ])('%i of %s bytes is %s', (read, total, text) => {
    expect(describeBytes(read, total)).toBe(text);
  });
});
