/**
 * Applications that are OutOfSync and stay so, because nobody heals them: looks at each object that differs, in
 * full, and says why; again after half an hour. Where Argo CD heals, the heal itself is told of (notices hotfix-reverted, manual-override-reverted),
 * and where it heals in vain, that is a conflict.
 */
import type { ApplicationFact, LensFact, ManagedResource, Millis, ObjectRef } from '../model/facts.ts';
import type { LensRequest } from '../model/ports.ts';
import { displayRef, inCluster, keyOf } from '../model/refs.ts';
import type { RulesContext } from '../rules/protection.ts';
import { hasSyncWindows } from './conflict-view.ts';
import { driftFindings } from './drift-findings.ts';
import { describeDrift } from './drift-words.ts';
import type { NoticeInput } from './notices.ts';

/** A deploy passes through OutOfSync; what still differs after this has come to stay. */
const STANDS_MS = 15_000;
/** Looks at once: each is a watch on a live cluster, and closed again at the first answer. */
const AT_ONCE = 5;
/** No answer within this: the object is not there, or not to be seen. */
const PATIENCE_MS = 20_000;
/** Objects of one Application that are looked at: after an outage thousands may differ, for one reason. */
const MOST_OF_ONE = 20;
/** So many looks at one kind without an answer mean that it may not be read; asked again after an hour. */
const BLIND_AFTER = 3;
const BLIND_MS = 60 * 60_000;
/** What still differs may by then differ in more. */
const AGAIN_MS = 30 * 60_000;

interface Look {
  readonly ref: ObjectRef;
  readonly applicationUid: string;
  /** When to look, or to look again. */
  dueAt: Millis;
  openedAt: Millis | null;
  /** What was said last: the same is not said twice. */
  told: string;
}

interface Episode {
  app: ApplicationFact;
  readonly looks: Map<string, Look>;
}

/** What the watch needs to know of the rest of the detector. */
export interface DriftContext extends RulesContext {
  /** A conflict over the object has the word. */
  readonly contested: (ref: ObjectRef) => boolean;
  /** The lens that is open on the object for another reason: its last version, null while none came. */
  readonly underLens: (ref: ObjectRef) => LensFact | null | undefined;
  readonly post: (notice: NoticeInput) => void;
}

export class DriftWatch {
  readonly #context: DriftContext;
  /** Application uid → what is OutOfSync in it. */
  readonly #episodes = new Map<string, Episode>();
  /** Every look there is. */
  readonly #looks = new Set<Look>();
  /** 'group/kind' → looks in a row that nobody answered. */
  readonly #silent = new Map<string, { count: number; at: Millis }>();
  #requests: LensRequest[] = [];

  constructor(context: DriftContext) {
    this.#context = context;
  }

  /** One version of an Application. */
  saw(app: ApplicationFact, at: Millis): void {
    if (!standsByItself(app) || !this.#context.model.isWatched(app)) {
      this.forget(app.uid);
      return;
    }
    const episode = this.#episodes.get(app.uid) ?? { app, looks: new Map<string, Look>() };
    episode.app = app;
    this.#episodes.set(app.uid, episode);
    const moving = app.operation === null || app.operation.finishedAt === null;
    const differing = new Set<string>();
    for (const resource of app.resources) {
      if (resource.status !== 'OutOfSync' || resource.requiresPruning || resource.kind === 'Application') continue;
      if (differing.size >= MOST_OF_ONE) break;
      const ref = refOf(resource, this.#context.model.clusterOf(app));
      if (!this.#context.model.tells(ref)) continue;
      const key = keyOf(ref);
      differing.add(key);
      const look = episode.looks.get(key);
      if (look === undefined) {
        const fresh: Look = { ref, applicationUid: app.uid, dueAt: at + STANDS_MS, openedAt: null, told: '' };
        episode.looks.set(key, fresh);
        this.#looks.add(fresh);
      } else if (moving && look.openedAt === null) look.dueAt = Math.max(look.dueAt, at + STANDS_MS);
    }
    for (const [key, look] of episode.looks) {
      if (differing.has(key)) continue;
      this.#drop(look);
      episode.looks.delete(key);
    }
  }

  forget(applicationUid: string): void {
    for (const look of this.#episodes.get(applicationUid)?.looks.values() ?? []) this.#drop(look);
    this.#episodes.delete(applicationUid);
  }

  /** Opens what has stood long enough, gives up what has not answered. */
  advance(now: Millis): void {
    let room = AT_ONCE;
    for (const look of this.#looks) {
      if (look.openedAt === null) continue;
      if (now - look.openedAt < PATIENCE_MS) {
        room -= 1;
        continue;
      }
      const kind = kindOf(look.ref);
      this.#silent.set(kind, { count: (this.#silent.get(kind)?.count ?? 0) + 1, at: now });
      this.#close(look, now);
    }
    for (const look of this.#looks) {
      if (room <= 0) return;
      if (look.openedAt !== null || now < look.dueAt) continue;
      if (this.#isBlindFor(look.ref, now) || this.#context.contested(look.ref)) {
        look.dueAt = now + AGAIN_MS;
        continue;
      }
      const held = this.#context.underLens(look.ref);
      if (held !== undefined && held !== null) {
        this.#answer(look, held, now);
        continue;
      }
      look.openedAt = now;
      room -= 1;
      this.#requests.push({ action: 'open', ref: look.ref, reason: `why is ${displayRef(look.ref)} OutOfSync?` });
    }
  }

  /** An object came under the lens: the answer to a look, unless somebody else asked for it. */
  lensSaw(lens: LensFact, at: Millis): void {
    const key = keyOf(lens.ref);
    for (const look of this.#looks) if (look.openedAt !== null && keyOf(look.ref) === key) this.#answer(look, lens, at);
  }

  takeRequests(): LensRequest[] {
    const requests = this.#requests;
    this.#requests = [];
    return requests;
  }

  #answer(look: Look, lens: LensFact, at: Millis): void {
    this.#silent.delete(kindOf(lens.ref));
    this.#close(look, at);
    const app = this.#episodes.get(look.applicationUid)?.app;
    if (app === undefined || this.#context.model.applicationOf(lens)?.uid !== app.uid) return;
    if (!this.#context.contested(lens.ref)) this.#tell(look, lens, app, at);
  }

  #tell(look: Look, lens: LensFact, app: ApplicationFact, at: Millis): void {
    const settled = isSettled(app, lens.ref) && !hasSyncWindows(app, this.#context.model);
    const findings = driftFindings(lens, app, settled, this.#context);
    const messages = findings.map((finding) => describeDrift(finding, lens.ref, app, findings.length === 1));
    const told = messages.join('\n');
    if (told === look.told) return;
    look.told = told;
    for (const [index, { category }] of findings.entries()) {
      this.#context.post({
        kind: 'drift',
        category,
        workload: lens.ref,
        application: { namespace: app.ref.namespace, name: app.ref.name },
        at,
        message: messages[index] ?? '',
      });
    }
  }

  #drop(look: Look): void {
    this.#close(look, look.dueAt);
    this.#looks.delete(look);
  }

  #close(look: Look, now: Millis): void {
    if (look.openedAt !== null && this.#context.underLens(look.ref) === undefined) {
      this.#requests.push({ action: 'close', ref: look.ref, reason: 'seen' });
    }
    look.openedAt = null;
    look.dueAt = now + AGAIN_MS;
  }

  #isBlindFor(ref: ObjectRef, now: Millis): boolean {
    const silent = this.#silent.get(kindOf(ref));
    return silent !== undefined && silent.count >= BLIND_AFTER && now - silent.at < BLIND_MS;
  }
}

/** OutOfSync, deployed before, and not healed by Argo CD itself. */
function standsByItself(app: ApplicationFact): boolean {
  if (app.sync.status !== 'OutOfSync' || app.skipReconcile) return false;
  if (app.automated.enabled && app.automated.selfHeal) return false;
  return app.operation !== null || app.lastDeploy !== null;
}

/**
 * The revision compared with is the one that was applied to the object, so that Git is not ahead. Only automated syncs
 * prove it: they would have run again for a changed source (appcontroller.go:2393), nobody's hand would.
 */
function isSettled(app: ApplicationFact, ref: ObjectRef): boolean {
  const { operation } = app;
  if (!app.automated.enabled || operation === null || operation.phase !== 'Succeeded') return false;
  if (operation.revision === '' || operation.revision !== app.sync.revision) return false;
  return (
    operation.resources.length === 0 ||
    operation.resources.some((one) => one.kind === ref.kind && one.name === ref.name)
  );
}

/** Status names an object by its group; the lens finds the version. */
function refOf({ group, kind, namespace, name }: ManagedResource, cluster: string | null): ObjectRef {
  return inCluster({ apiVersion: group === '' ? 'v1' : `${group}/`, kind, namespace, name }, cluster ?? '');
}

function kindOf(ref: ObjectRef): string {
  return `${ref.cluster ?? ''}#${ref.apiVersion.split('/')[0]}/${ref.kind}`;
}
