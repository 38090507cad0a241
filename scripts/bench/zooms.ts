/** What a look at one object costs the API server: fights over pod templates, each of which is worth a lens. */
import type { EstateServer } from './estate-client.ts';
import { pause } from './processes.ts';

export interface Zooms {
  /** Fights over a pod template that were played, and that were confirmed. */
  readonly played: number;
  readonly confirmed: number;
  /** GETs of any sort, and watches of one object, by fight. */
  readonly getsPerSuspicion: number;
  readonly watchesPerSuspicion: number;
}

const TUGS = 5;
const WITHIN_MS = 15_000;

/** `verdicts`: names of the workloads over which fights are confirmed, as the log tells of them. @throws Error when none is */
export async function measureZooms(server: EstateServer, verdicts: ReadonlyMap<string, number>): Promise<Zooms> {
  await server.counts();
  const { tugs } = await server.play({ seconds: 0, rate: 0, fights: 0, first: 0, tugs: TUGS });
  const confirmed = () => tugs.filter((name) => verdicts.has(name)).length;
  for (let waited = 0; confirmed() < tugs.length && waited < WITHIN_MS; waited += 100) await pause(100);
  const { lists, gets, zooms, watches } = await server.counts();
  if (confirmed() === 0 || Object.keys(zooms).length === 0)
    throw new Error(`of ${tugs.length} fights over pod templates none was looked at and confirmed`);
  const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((all, one) => all + one, 0);
  return {
    played: tugs.length,
    confirmed: confirmed(),
    getsPerSuspicion: (sum(lists) + sum(gets) + sum(zooms)) / tugs.length,
    watchesPerSuspicion: sum(watches) / tugs.length,
  };
}
