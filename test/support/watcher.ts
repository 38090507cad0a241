/** Watches a tape (stage.ts) as the daemon watches a cluster: real projections, real model, real detector, real lens. */

import { Detector } from '../../src/detect/detector.ts';
import { projectLens } from '../../src/kubernetes/projections/lens.ts';
import { DEFAULT_SETTINGS } from '../../src/kubernetes/projections/metadata.ts';
import { project } from '../../src/kubernetes/projections/project.ts';
import { ClusterModel } from '../../src/model/cluster-model.ts';
import type { Change, Millis } from '../../src/model/facts.ts';
import type { Transition } from '../../src/model/observations.ts';
import type { JqEngine, LensRequest } from '../../src/model/ports.ts';
import { keyOf } from '../../src/model/refs.ts';
import type { Conflict, Notice } from '../../src/model/verdicts.ts';
import { factOf, type RawObject } from './cluster.ts';
import { keyOfRaw, type Scene, WATCHED } from './stage.ts';

export class Watcher {
  readonly model = new ClusterModel();
  readonly detector: Detector;
  readonly transitions: Transition[] = [];
  readonly lensRequests: LensRequest[] = [];
  readonly #objects = new Map<string, RawObject>();
  readonly #lenses = new Set<string>();
  #now: Millis = 0;

  constructor(jq: JqEngine, checkpoint?: unknown) {
    this.detector = new Detector({ model: this.model, jq });
    if (checkpoint === undefined) return;
    const refused = this.detector.restore(checkpoint);
    if (refused !== null) throw new Error(refused);
  }

  watch(tape: readonly Scene[]): this {
    for (const scene of tape) this.#take(scene);
    return this;
  }

  /**
   * A daemon that is started now where this one stops: with its checkpoint, as it is read from a file, or without; it
   * lists everything first.
   */
  restarted(jq: JqEngine, options: { readonly checkpoint: boolean; readonly after?: Millis }): Watcher {
    const checkpoint = options.checkpoint ? JSON.parse(JSON.stringify(this.detector.checkpoint())) : undefined;
    const next = new Watcher(jq, checkpoint);
    const at = this.#now + (options.after ?? 0);
    for (const raw of this.#objects.values()) next.watch([{ type: 'seen', at, origin: 'list', raw }]);
    for (const resource of WATCHED) next.watch([{ type: 'synced', at, resource }]);
    return next;
  }

  /** The one conflict there is. */
  conflict(): Conflict {
    const conflicts = this.detector.conflicts();
    const [only] = conflicts;
    if (only === undefined || conflicts.length > 1) {
      throw new Error(
        `one conflict expected, not ${conflicts.length}: ${conflicts.map((one) => one.summary).join(' ')}`,
      );
    }
    return only;
  }

  conflicts(): Conflict[] {
    return this.detector.conflicts();
  }

  notice(kind: Notice['kind']): Notice | undefined {
    return this.detector.notices().find((notice) => notice.kind === kind);
  }

  noticeKinds(): string[] {
    return [...new Set(this.detector.notices().map((notice) => notice.kind))].sort();
  }

  /** The states the one conflict went through, in order. */
  states(): string[] {
    return this.transitions.map((transition) => transition.to);
  }

  #take(scene: Scene): void {
    this.#now = scene.at;
    switch (scene.type) {
      case 'tick':
        this.#note(this.detector.advance(scene.at));
        break;
      case 'synced':
        this.#feed({ type: 'synced', at: scene.at, resource: scene.resource });
        break;
      case 'interrupted':
        this.#feed({ type: 'interrupted', at: scene.at, resource: scene.resource, reason: 'the server went away' });
        break;
      case 'seen':
        this.#see(scene.raw, scene.origin);
        break;
      case 'gone':
        this.#lose(scene.raw, scene.origin);
        break;
    }
    this.#answerRequests();
  }

  #see(raw: RawObject, origin: 'list' | 'watch'): void {
    const key = keyOfRaw(raw);
    this.#objects.set(key, raw);
    const kept = project(raw, { apiVersion: String(raw['apiVersion']), resource: '', kind: String(raw['kind']) });
    if (kept !== null) this.#feed({ type: 'upsert', at: this.#now, origin, fact: kept });
    if (this.#lenses.has(key)) this.#feedLens(raw, origin);
  }

  #lose(raw: RawObject, origin: 'list' | 'watch'): void {
    this.#objects.delete(keyOfRaw(raw));
    const { fact, ref, uid } = factOf(raw);
    this.#feed({ type: 'delete', at: this.#now, origin, fact, ref, uid });
  }

  #feedLens(raw: RawObject, origin: 'list' | 'watch'): void {
    const fact = projectLens(raw, DEFAULT_SETTINGS);
    if (fact !== null) this.#feed({ type: 'upsert', at: this.#now, origin, fact });
  }

  #feed(change: Change): void {
    this.#note(this.detector.observe(this.model.apply(change)));
  }

  #note(observations: ReturnType<Detector['observe']>): void {
    for (const observation of observations) {
      if (observation.type === 'transition') this.transitions.push(observation.transition);
    }
  }

  /** A request is answered after the change that led to it, by what the object is then. */
  #answerRequests(): void {
    for (const request of this.detector.takeLensRequests()) {
      this.lensRequests.push(request);
      const key = keyOf(request.ref);
      if (request.action === 'close') this.#lenses.delete(key);
      else if (!this.#lenses.has(key)) {
        this.#lenses.add(key);
        const raw = this.#objects.get(key);
        if (raw !== undefined) this.#feedLens(raw, 'list');
      }
    }
  }
}
