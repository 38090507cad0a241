/**
 * What a recording has told of one resource so far, and whether the next line belongs to a list or to a watch: the
 * format does not say where a relist begins, only where it ends.
 */
import type { FactKind, Millis, ObjectRef } from '../model/facts.ts';
import type { ReadLine } from './format.ts';

/** The last version of an object, as text where it came as text: the line is parsed again when a lens asks for it. */
export interface Known {
  readonly ref: ObjectRef;
  readonly uid: string;
  /** null: nothing is kept of it. */
  readonly fact: FactKind | null;
  /** null where no lens can ask for it. */
  readonly line: string | ReadLine | null;
}

/**
 * Between two lines of one list lies at most the time a server takes to answer a page: requests end after 60 s
 * (kube-apiserver --request-timeout). A longer pause means that a live ADDED came before the list.
 */
const LONGEST_PAGE_MS = 60_000;

export class ResourceHistory {
  readonly known = new Map<string, Known>();
  /** The watch ended with an error, and neither a list nor a watch event has come since. */
  interrupted = false;
  /** Keys of the present run of ADDED lines. */
  #run = new Set<string>();
  #runLastAt: Millis = 0;
  /** The first list is over: ADDED may now be live. */
  #listed = false;
  /** The present run is known to be a relist. */
  #relisting = false;

  /**
   * Takes an ADDED line and says what it is. A list before the first SYNCED; a relist where it names what is known,
   * follows an error, or follows such a line in the same run; live otherwise.
   */
  sawAdded(key: string, at: Millis): 'list' | 'watch' {
    if (this.#run.has(key) || at - this.#runLastAt > LONGEST_PAGE_MS) this.#run.clear();
    this.#run.add(key);
    this.#runLastAt = at;
    if (this.known.has(key) || this.interrupted) this.#relisting = true;
    return !this.#listed || this.#relisting ? 'list' : 'watch';
  }

  /** Takes a line that only a watch brings (MODIFIED, DELETED, BOOKMARK). */
  sawWatch(): 'watch' {
    this.#listed = true;
    this.#endRun();
    return 'watch';
  }

  /** Takes an ERROR line: what follows is a relist. */
  sawError(): void {
    this.#endRun();
    this.interrupted = true;
  }

  /** Takes a SYNCED line: what the run before it does not name is gone, and is returned. */
  closeList(): readonly Known[] {
    const gone: Known[] = [];
    for (const [key, known] of this.known) {
      if (this.#run.has(key)) continue;
      gone.push(known);
      this.known.delete(key);
    }
    this.#listed = true;
    this.#endRun();
    return gone;
  }

  #endRun(): void {
    this.#run.clear();
    this.#relisting = false;
    this.interrupted = false;
  }
}
