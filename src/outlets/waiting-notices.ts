/**
 * Notices that are on their way to receivers. Nothing else remembers that somebody wanted to hear of one, so they are kept for
 * whoever leads next, in the checkpoint, until they are brought.
 */
import { readNotice } from '../daemon/checkpoint-schema.ts';
import type { Notice } from '../model/verdicts.ts';

interface Waiting {
  readonly notice: Notice;
  /** Receivers that have not got it, and whether it is on its way to them from here. */
  readonly to: Map<string, boolean>;
  /** It is in the checkpoint, as far as we know: whoever leads next has it from there. */
  stored: boolean;
}

/** As it is stored. */
export type StoredNotices = readonly { readonly notice: Notice; readonly to: readonly string[] }[];

/** As many as wait for one receiver at most; a checkpoint has to stay small. */
const MOST = 200;

export class WaitingNotices {
  readonly #waiting = new Map<string, Waiting>();

  /** It is on its way to the receiver from now on. */
  send(notice: Notice, receiver: string): void {
    const key = keyOf(notice);
    const waiting = this.#waiting.get(key) ?? { notice, to: new Map<string, boolean>(), stored: false };
    waiting.to.set(receiver, true);
    this.#waiting.set(key, waiting);
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size > MOST && oldest !== undefined) this.#waiting.delete(oldest);
  }

  /** Notices that the receiver has not got, and that are not on their way. */
  due(receiver: string): Notice[] {
    return [...this.#waiting.values()].filter(({ to }) => to.get(receiver) === false).map(({ notice }) => notice);
  }

  /** It came to nothing from here: whoever leads next, this process included, brings it. */
  recall(notice: Notice, receiver: string): void {
    const waiting = this.#waiting.get(keyOf(notice));
    if (waiting?.to.has(receiver) === true) waiting.to.set(receiver, false);
  }

  /** Nothing more will become of it for this receiver. True where the checkpoint still says otherwise. */
  settle(notice: Notice, receiver: string): boolean {
    const key = keyOf(notice);
    const waiting = this.#waiting.get(key);
    if (waiting === undefined || !waiting.to.delete(receiver)) return false;
    if (waiting.to.size === 0) this.#waiting.delete(key);
    return waiting.stored;
  }

  /** Forgets receivers that are no more. */
  keep(receivers: readonly string[]): void {
    for (const { notice, to } of [...this.#waiting.values()])
      for (const receiver of to.keys()) if (!receivers.includes(receiver)) this.settle(notice, receiver);
  }

  save(): StoredNotices {
    return [...this.#waiting.values()].map((waiting) => {
      waiting.stored = true;
      return { notice: waiting.notice, to: [...waiting.to.keys()] };
    });
  }

  /**
   * What was stored here once and is not any more, another has brought; what never was, only this process knows. @throws Error
   * with half a sentence when it is nothing of ours
   */
  restore(value: unknown): void {
    if (!Array.isArray(value)) throw new Error('it is no list');
    const before = new Map(this.#waiting);
    this.#waiting.clear();
    for (const each of value.slice(-MOST) as readonly { notice?: unknown; to?: unknown }[]) {
      const notice = readNotice(each?.notice);
      if (notice === null || !Array.isArray(each.to)) continue;
      const known = before.get(keyOf(notice));
      const to = each.to.filter((name) => typeof name === 'string');
      const entries = to.map((name) => [name, known?.to.get(name) ?? false] as const);
      if (entries.length > 0) this.#waiting.set(keyOf(notice), { notice, to: new Map(entries), stored: true });
    }
    for (const [key, waiting] of before) if (!waiting.stored) this.#waiting.set(key, waiting);
  }
}

function keyOf({ kind, at, message }: Notice): string {
  return JSON.stringify([kind, at, message]);
}
