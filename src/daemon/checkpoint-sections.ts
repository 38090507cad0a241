/**
 * What parts of the daemon other than the detector carry over a restart and over a change of leader: each under a name
 * of its own in the checkpoint, in a shape that only it knows.
 */
import type { Checkpoint } from '../detect/checkpoint.ts';

export interface CheckpointSection {
  /** Stable; in kebab-case. */
  readonly name: string;
  /** The state as JSON, bounded by the part itself: the whole checkpoint has to fit into one object of the cluster. */
  save(): unknown;
  /**
   * Merges what a process before, or the leader before, has saved; it may come more than once in a life. What it reads
   * is data from outside, maybe of another version. @throws Error with half a sentence when it cannot be read
   */
  restore(value: unknown): void;
}

/** The checkpoint as it is stored. */
export interface StoredCheckpoint extends Checkpoint {
  readonly sections?: Readonly<Record<string, unknown>>;
}

export class CheckpointSections {
  readonly #sections = new Map<string, CheckpointSection>();
  /** Of another version of Tugwatch: kept as they are, so that going back to it loses nothing. */
  readonly #unknown = new Map<string, unknown>();
  readonly #warn: (message: string) => void;

  /** `warn` is told, in one sentence, of each section that cannot be read or saved. */
  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  add(section: CheckpointSection): void {
    if (this.#sections.has(section.name)) throw new Error(`two checkpoint sections are named ${section.name}`);
    this.#sections.set(section.name, section);
  }

  /** All sections by name; one that cannot be saved is left out. Never throws. */
  save(): Record<string, unknown> {
    const saved: Record<string, unknown> = Object.fromEntries(this.#unknown);
    for (const section of this.#sections.values()) {
      try {
        saved[section.name] = section.save();
      } catch (error) {
        this.#warn(`the checkpoint goes without ${section.name}: ${reasonOf(error)}`);
      }
    }
    return saved;
  }

  /** Hands each section what is stored of it in a checkpoint that may be anything. Never throws. */
  restore(checkpoint: unknown): void {
    const stored = sectionsOf(checkpoint);
    if (stored === null) return;
    for (const [name, value] of Object.entries(stored)) {
      const section = this.#sections.get(name);
      if (section === undefined) {
        this.#unknown.set(name, value);
        continue;
      }
      try {
        section.restore(value);
      } catch (error) {
        this.#warn(`${name} of the checkpoint cannot be read and is left out: ${reasonOf(error)}`);
      }
    }
  }
}

/** null where there are none, or the whole is no checkpoint of ours. */
function sectionsOf(checkpoint: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof checkpoint !== 'object' || checkpoint === null) return null;
  const { schema, sections } = checkpoint as Partial<StoredCheckpoint>;
  if (schema !== 'tugwatch.checkpoint') return null;
  return typeof sections === 'object' && sections !== null && !Array.isArray(sections) ? sections : null;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
