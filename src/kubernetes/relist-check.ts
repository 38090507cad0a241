/**
 * The proof that a watch is lossless: a fresh list held against what the watch has told, while the watch goes on. The
 * two run at different speeds and versions have no order, so a difference counts only when the watch, given time,
 * still does not tell what the list has shown.
 */
import type { KnownObjects } from './known-objects.ts';

const GONE = '';

export class RelistCheck {
  readonly #listed = new Map<string, string>();
  /** What the watch told during the check, per object: the version before, and every one it brought. */
  readonly #told = new Map<string, Set<string>>();
  /** Objects the watch still owes: key to the resourceVersion the list has shown, or GONE. Null until the list is in. */
  #owed: Map<string, string> | null = null;
  #abandoned = false;
  /** The watch brought anything at all, a bookmark too, since the last look. */
  #heard = false;
  #wake: () => void = () => {};

  get abandoned(): boolean {
    return this.#abandoned;
  }

  /** How many objects differ by now. */
  get owed(): number {
    return this.#owed?.size ?? 0;
  }

  /** The list shows this version. */
  listed(key: string, resourceVersion: string): void {
    this.#listed.set(key, resourceVersion);
  }

  /** The watch brought a version (null: the end of the object) on top of `before` (undefined: it was not known). */
  told(key: string, before: string | undefined, resourceVersion: string | null): void {
    const brought = resourceVersion ?? GONE;
    const told = this.#told.get(key) ?? new Set<string>([before ?? GONE]);
    this.#told.set(key, told.add(brought));
    if (this.#owed?.get(key) === brought) this.#owed.delete(key);
    if (this.#owed?.size === 0) this.#wake();
  }

  /** The list is complete: what of it has the watch not told? */
  compare(known: KnownObjects): void {
    const owed = new Map<string, string>();
    for (const [key, version] of this.#listed) {
      if (known.get(key)?.resourceVersion !== version && !this.#told.get(key)?.has(version)) owed.set(key, version);
    }
    for (const [key] of known.entries()) {
      if (!this.#listed.has(key) && !this.#told.get(key)?.has(GONE)) owed.set(key, GONE);
    }
    this.#listed.clear();
    this.#owed = owed;
  }

  /** The watch brought bytes. */
  heard(): void {
    this.#heard = true;
  }

  /**
   * Time is up. False when the watch has brought nothing at all meanwhile: then it may be a connection that died unnoticed,
   * which proves nothing about what it would have told, and its own deadline ends it or its next bookmark clears it.
   */
  conclude(): boolean {
    if (this.#heard) this.#wake();
    const heard = this.#heard;
    this.#heard = false;
    return heard;
  }

  /** The stream broke: what it owes now proves nothing about it. */
  abandon(): void {
    this.#abandoned = true;
    this.#wake();
  }

  /** Resolves when nothing is owed any more, or it was concluded or abandoned. */
  settled(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    this.#heard = false;
    if (this.#abandoned || this.owed === 0) resolve();
    return promise;
  }
}
