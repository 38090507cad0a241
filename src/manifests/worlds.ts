/**
 * A repository often holds the same object several times: for each stage, each region. Those must not stand in for each
 * other, so the input is dealt out into worlds, in each of which an object occurs once; one world is the usual case.
 */
import type { JsonObject } from '../kubernetes/projections/read-json.ts';
import { textAt } from '../kubernetes/projections/read-json.ts';
import { groupOf, keyOfParts } from '../model/refs.ts';
import { folderOf } from './folders.ts';
import type { Instance, JoinedApplication } from './join.ts';

export interface World {
  readonly instances: Instance[];
  readonly applications: Set<JoinedApplication>;
}

interface Unit {
  readonly instances: readonly Instance[];
  readonly application: JoinedApplication | null;
  /** Folders the unit's files lie in, the innermost first. */
  readonly folders: readonly string[];
}

interface Site {
  readonly world: World;
  readonly keys: Set<string>;
  /** Destination of the Applications in it; null while there is none. */
  cluster: string | null;
}

/** Never empty: what nobody manages and what manages nothing in sight is in the first world. */
export function dealOut(instances: readonly Instance[], applications: readonly JoinedApplication[]): World[] {
  const sites: Site[] = [newSite()];
  const near = new Map<string, Set<Site>>();
  for (const unit of unitsOf(instances)) {
    const keys = keysOf(unit);
    const cluster = unit.application === null ? null : clusterOf(unit.application);
    const site = roomFor(unit, keys, cluster, sites, near);
    site.world.instances.push(...unit.instances);
    if (unit.application !== null) site.world.applications.add(unit.application);
    site.cluster ??= cluster;
    for (const key of keys) site.keys.add(key);
    for (const folder of unit.folders) {
      const there = near.get(folder);
      if (there === undefined) near.set(folder, new Set([site]));
      else there.add(site);
    }
  }
  const worlds = sites.map((site) => site.world);
  const placed = new Set(worlds.flatMap((world) => [...world.applications]));
  for (const application of applications) if (!placed.has(application)) worlds[0]?.applications.add(application);
  return worlds;
}

/** What an Application manages stays together; all else goes file by file. Applications first: they know their cluster. */
function unitsOf(instances: readonly Instance[]): Unit[] {
  const managed = Map.groupBy(instances, (instance) => instance.application);
  const loose = managed.get(null) ?? [];
  managed.delete(null);
  return [
    ...[...managed].flatMap(([application, list]) => withoutRepeats(list).map((part) => unitOf(part, application))),
    ...[...Map.groupBy(loose, (instance) => instance.object.file).values()].flatMap((list) =>
      withoutRepeats(list).map((part) => unitOf(part, null)),
    ),
  ];
}

function unitOf(instances: readonly Instance[], application: JoinedApplication | null): Unit {
  return { instances, application, folders: foldersAbove(instances[0]?.object.path ?? null) };
}

/** Several stages one after the other in one place: a new part begins where an object comes again. */
function withoutRepeats(instances: readonly Instance[]): Instance[][] {
  const parts: Instance[][] = [];
  let keys = new Set<string>();
  for (const instance of instances) {
    const key = `${instance.live} ${keyOfRaw(instance.raw)}`;
    const part = parts.at(-1);
    if (part === undefined || keys.has(key)) {
      parts.push([instance]);
      keys = new Set([key]);
    } else {
      part.push(instance);
      keys.add(key);
    }
  }
  return parts;
}

/** The nearest site that holds none of the unit's objects: by folder, then by age; a new one where all are taken. */
function roomFor(
  unit: Unit,
  keys: readonly string[],
  cluster: string | null,
  sites: Site[],
  near: ReadonlyMap<string, ReadonlySet<Site>>,
): Site {
  const fits = (site: Site) =>
    (cluster === null || site.cluster === null || site.cluster === cluster) && !keys.some((key) => site.keys.has(key));
  for (const folder of unit.folders) {
    for (const site of near.get(folder) ?? []) if (fits(site)) return site;
  }
  const old = sites.find(fits);
  if (old !== undefined) return old;
  const site = newSite();
  sites.push(site);
  return site;
}

function newSite(): Site {
  return { world: { instances: [], applications: new Set() }, keys: new Set(), cluster: null };
}

/** A live object does not clash with its own manifest: the two are read together. */
function keysOf(unit: Unit): string[] {
  const keys = unit.instances.filter((instance) => !instance.live).map((instance) => keyOfRaw(instance.raw));
  return unit.application === null ? keys : [...keys, keyOfRaw(unit.application.raw)];
}

function clusterOf({ raw }: JoinedApplication): string {
  return `${textAt(raw, 'spec', 'destination', 'server')} ${textAt(raw, 'spec', 'destination', 'name')}`;
}

export function keyOfRaw(raw: JsonObject): string {
  return keyOfParts(
    groupOf(textAt(raw, 'apiVersion')),
    textAt(raw, 'kind'),
    textAt(raw, 'metadata', 'namespace'),
    textAt(raw, 'metadata', 'name'),
  );
}

function foldersAbove(path: string | null): string[] {
  if (path === null) return [];
  const folders: string[] = [];
  for (let folder = folderOf(path); ; ) {
    folders.push(folder);
    const above = folder.slice(0, folder.lastIndexOf('/'));
    if (above === '' || above === folder) return folders;
    folder = above;
  }
}
