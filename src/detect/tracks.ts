/**
 * The recent history of one field of one object, as blocks: consecutive writes of one writer. A scaler that goes 3, 6,
 * 9 before it is undone has made one block, and one reversal ends it.
 */
import type { Json, Millis, ObjectRef } from '../model/facts.ts';
import { sameValue } from '../model/same-value.ts';
import type { Write, Writer } from '../model/verdicts.ts';
import { writerKey } from './identity.ts';

/** Blocks and writes kept for a field: enough for evidence of a first reversal, and for several writers between two syncs. */
const BLOCKS = 8;
const WRITES = 12;

export interface Block {
  readonly key: string;
  readonly writer: Writer;
  /** Value before the first write of the block; undefined when the block was there before we looked. */
  readonly from: Json | undefined;
  to: Json;
  readonly startedAt: Millis;
  lastAt: Millis;
  /** Some write of it may have been missed. */
  gap: boolean;
}

export interface FieldTrack {
  readonly ref: ObjectRef;
  uid: string;
  readonly field: string;
  blocks: Block[];
  writes: Write[];
}

/** A write that undoes another writer's block. */
export interface Reversal {
  readonly at: Millis;
  readonly write: Write;
  readonly undone: Block;
  /** The value from before the undone block is back. False where Argo CD wrote another one, or that value is not known. */
  readonly restores: boolean;
}

export function newTrack(ref: ObjectRef, uid: string, field: string): FieldTrack {
  return { ref, uid, field, blocks: [], writes: [] };
}

/**
 * Opens a track with what stands there now: nobody saw it being written. `from` is what Git declares, if that is known
 * and another value, so that the first revert after a restart is seen as one.
 */
export function seedTrack(track: FieldTrack, writer: Writer, from: Json | undefined, to: Json, at: Millis): void {
  track.blocks = [{ key: writerKey(writer), writer, from, to, startedAt: at, lastAt: at, gap: false }];
}

/**
 * Takes one write in; returns the reversals it is, one for each writer it undoes. Argo CD's write over others' blocks is
 * one, and judge.ts says what it means; between two other writers only when the value returns to what this writer had
 * set before, so that one scaler following another's change of heart is no fight.
 */
export function recordWrite(track: FieldTrack, write: Write): Reversal[] {
  track.writes.push(write);
  if (track.writes.length > WRITES) track.writes.shift();
  const key = writerKey(write.writer);
  const last = track.blocks.at(-1);
  if (last !== undefined && last.key === key) {
    last.to = write.to;
    last.lastAt = write.at;
    last.gap ||= write.gap;
    return [];
  }
  const undone =
    write.writer.kind === 'argocd' ? undoneByArgo(track.blocks, write) : undoneByOther(track.blocks, write);
  track.blocks.push({
    key,
    writer: write.writer,
    from: write.from,
    to: write.to,
    startedAt: write.at,
    lastAt: write.at,
    gap: write.gap,
  });
  if (track.blocks.length > BLOCKS) track.blocks.shift();
  return undone;
}

/**
 * Several may have written since Argo CD did (an HPA, then a person): a sync that brings back the value from before all
 * of them undoes each of them.
 */
function undoneByArgo(blocks: readonly Block[], write: Write): Reversal[] {
  const last = blocks.at(-1);
  if (last === undefined) return [];
  const others = blocks.slice(blocks.findLastIndex((block) => block.writer.kind === 'argocd') + 1);
  const run = others.length === 0 ? [last] : others;
  const restores = run.some((block) => block.from !== undefined && sameValue(write.to, block.from));
  if (!restores) return others.length === 0 ? [] : [{ at: write.at, write, undone: last, restores }];
  const latest = new Map(run.map((block) => [block.key, block]));
  return [...latest.values()]
    .filter((undone) => !sameValue(undone.to, write.to))
    .map((undone) => ({ at: write.at, write, undone, restores }));
}

function undoneByOther(blocks: readonly Block[], write: Write): Reversal[] {
  const last = blocks.at(-1);
  // The other half of a fight with Argo CD: a scaler that insists. Argo CD's own writes are what is counted there.
  if (last === undefined || last.writer.kind === 'argocd') return [];
  // What nobody signed may be the same hand: a zero through /scale hides the name of whoever scales up again.
  if (last.writer.kind === 'unknown' || write.writer.kind === 'unknown') return [];
  const restores = last.from !== undefined && sameValue(write.to, last.from);
  const returns = blocks.at(-2)?.key === writerKey(write.writer);
  return restores && returns ? [{ at: write.at, write, undone: last, restores }] : [];
}
