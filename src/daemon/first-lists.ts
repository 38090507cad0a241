/**
 * What watches tell is kept back until the kinds of their cluster are listed, since kinds are listed side by side; of a
 * workload cluster until those of Argo CD are, too: a write whose Application is not known yet would be nobody's.
 */
import type { Engine } from '../engine.ts';
import type { Millis } from '../model/facts.ts';
import type { Estate } from './estate.ts';

export interface FirstLists {
  /** The cluster of Argo CD is listed, or was waited for long enough. */
  readonly hub: Promise<void>;
  /** Every cluster is. Rejects with what the engine threw. */
  readonly all: Promise<void>;
  giveUp(): void;
}

/** Call before the watches run. Each cluster is waited for by itself: one that is away keeps no other back. */
export function holdUntilListed(
  estate: Pick<Estate, 'spokes' | 'whenSettled'>,
  engine: Pick<Engine, 'hold' | 'release'>,
  patience: Millis,
): FirstLists {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(() => late.resolve(), patience);
  const listed = (cluster: string) => {
    engine.hold(cluster);
    return Promise.race([estate.whenSettled(cluster), late.promise]);
  };
  const hub = listed('').then(() => engine.release());
  const spokes = estate.spokes.map((name) => Promise.all([listed(name), hub]).then(() => engine.release(name)));
  return {
    hub,
    all: Promise.all([hub, ...spokes]).then(() => clearTimeout(timer)),
    giveUp: () => clearTimeout(timer),
  };
}
