/** An autoscaler that undoes itself: up and down by one writer. No fight; a stabilization window calms it. */
import { durationLabel } from '../model/amounts.ts';
import type { Millis, ObjectRef } from '../model/facts.ts';
import { displayRef, keyOf } from '../model/refs.ts';
import type { Write } from '../model/verdicts.ts';
import type { NoticeInput } from './notices.ts';
import { addReversal, CONFIRM_AT, NO_SCORE, type Score, scoreAt } from './score.ts';

interface Swing {
  readonly ref: ObjectRef;
  direction: number;
  score: Score;
  turns: Millis[];
  lowest: number;
  highest: number;
}

const TURNS = 12;
/** The default scale-down stabilization (autoscaling/v2): a slower swing follows the load, and no window would end it. */
const FAST_SWING_SECONDS = 300;

export class ThrashWatch {
  readonly #swings = new Map<string, Swing>();

  /**
   * Takes a write of spec.replicas; returns a notice at every turn once the turns belong together. `contested` says that
   * a conflict over the workload is open: then the autoscaler is not alone, however long the others hold still.
   */
  observe(
    write: Write,
    application: { namespace: string; name: string } | null,
    contested: boolean,
  ): NoticeInput | null {
    const key = keyOf(write.ref);
    if (contested || (write.writer.kind !== 'hpa' && write.writer.kind !== 'keda')) {
      // Somebody else took part: whatever turns follow are not the autoscaler's alone.
      this.#swings.delete(key);
      return null;
    }
    if (typeof write.from !== 'number' || typeof write.to !== 'number') return null;
    const direction = Math.sign(write.to - write.from);
    const swing = this.#swings.get(key) ?? {
      ref: write.ref,
      direction,
      score: NO_SCORE,
      turns: [],
      lowest: Math.min(write.from, write.to),
      highest: Math.max(write.from, write.to),
    };
    this.#swings.set(key, swing);
    swing.lowest = Math.min(swing.lowest, write.to);
    swing.highest = Math.max(swing.highest, write.to);
    if (direction === swing.direction) return null;
    swing.direction = direction;
    swing.score = addReversal(swing.score, write.at);
    swing.turns.push(write.at);
    if (swing.turns.length > TURNS) swing.turns.shift();
    if (scoreAt(swing.score, write.at) < CONFIRM_AT || swingSeconds(swing, write.at) > FAST_SWING_SECONDS) return null;
    return { kind: 'hpa-thrash', workload: write.ref, application, at: write.at, message: describe(swing, write) };
  }

  forget(ref: ObjectRef): void {
    this.#swings.delete(keyOf(ref));
  }

  prune(before: Millis): void {
    for (const [key, swing] of this.#swings)
      if (swing.score.at < before && (swing.turns.at(-1) ?? 0) < before) this.#swings.delete(key);
  }
}

/** The window that would have held the highest value over a whole swing, in steps of 30 s; at most an hour (HPA limit). */
export function stabilizationSeconds(swingSeconds: number): number {
  return Math.min(3600, Math.max(60, Math.ceil((swingSeconds * 1.2) / 30) * 30));
}

function describe(swing: Swing, write: Write): string {
  const seconds = swingSeconds(swing, write.at);
  return (
    `${scalerOf(write)} thrashes alone: ${displayRef(write.ref)} goes between ${swing.lowest} and ${swing.highest}, a full swing every ${durationLabel(seconds)}, ` +
    `and nobody else writes; ${calmingField(swing, write)}: ${stabilizationSeconds(seconds)} would calm it.`
  );
}

function scalerOf(write: Write): string {
  const { kind, name } = write.writer;
  if (kind === 'keda') return name === null ? 'KEDA' : `ScaledObject ${name}`;
  return `HPA ${name ?? 'of this workload'}`;
}

/**
 * Where the window stands. KEDA overwrites the HPA it made from its ScaledObject, and goes to zero by itself, after a
 * cool-down that knows no HPA (keda.sh ScaledObject spec: cooldownPeriod, advanced.horizontalPodAutoscalerConfig).
 */
function calmingField(swing: Swing, write: Write): string {
  const window = 'behavior.scaleDown.stabilizationWindowSeconds';
  if (write.writer.kind !== 'keda') return `spec.${window}`;
  return swing.lowest === 0 ? 'spec.cooldownPeriod' : `spec.advanced.horizontalPodAutoscalerConfig.${window}`;
}

/** Mean length of a full swing (two turns) over the turns remembered, seconds. */
function swingSeconds(swing: Swing, now: Millis): number {
  const first = swing.turns[0] ?? now;
  return Math.round((now - first) / 1000 / (Math.max(1, swing.turns.length - 1) / 2));
}
