/** Turns the lines of one recorded stream into the changes that a live watch would have told. */
import { WHOLE } from '../kubernetes/decode/shape.ts';
import { StreamDecoder } from '../kubernetes/decode/stream-decoder.ts';
import { projectLens } from '../kubernetes/projections/lens.ts';
import { DEFAULT_SETTINGS, type ProjectionSettings } from '../kubernetes/projections/metadata.ts';
import { identify, projectIdentified, type SkipReason } from '../kubernetes/projections/project.ts';
import type { Change, Fact, FactBase, Millis } from '../model/facts.ts';
import type { LensRequest } from '../model/ports.ts';
import { groupOf, keyOf } from '../model/refs.ts';
import { parseLine, type ReadLine, understand } from './format.ts';
import { type Known, ResourceHistory } from './resource-history.ts';

type Emit = (change: Change) => void;

export class LineReplayer {
  /** Objects of which nothing is kept, by reason. */
  readonly skipped = new Map<SkipReason, number>();
  readonly #histories = new Map<string, ResourceHistory>();
  /** That of the line before, as often as not that of the next one. */
  #last: { readonly apiVersion: string; readonly resource: string; readonly history: ResourceHistory } | null = null;
  /** Of objects under the lens, each read again where it has changed. */
  readonly #whole = new StreamDecoder(WHOLE);
  readonly #lenses = new Set<string>();
  readonly #requests: LensRequest[] = [];
  #settings: ProjectionSettings = DEFAULT_SETTINGS;
  #settingsKey: string | null = null;
  #now: Millis = 0;

  requestLens(request: LensRequest): void {
    this.#requests.push(request);
  }

  /** Tells the changes that one line brings. */
  take(line: ReadLine, emit: Emit): void {
    this.#now = line.at;
    const history = this.#historyOf(line);
    if (history.interrupted && line.type !== 'ERROR' && line.type !== 'SYNCED' && line.type !== 'ADDED') {
      // The watch took up again where it broke off: without a list in between nothing was missed.
      emit({ type: 'synced', at: line.at, resource: line.resource });
    }
    switch (line.type) {
      case 'ADDED':
      case 'MODIFIED':
        this.#takeVersion(line, history, emit);
        break;
      case 'DELETED':
        this.#takeDelete(line, history, emit);
        break;
      case 'SYNCED':
        for (const gone of history.closeList()) this.#emitDelete(gone, 'list', emit);
        emit({ type: 'synced', at: line.at, resource: line.resource });
        break;
      case 'BOOKMARK':
        history.sawWatch();
        break;
      case 'ERROR':
        history.sawError();
        emit({ type: 'interrupted', at: line.at, resource: line.resource, reason: reasonOf(line) });
        break;
    }
  }

  #takeVersion(line: ReadLine, history: ResourceHistory, emit: Emit): void {
    const base = identify(line.object, line);
    if (base === null) {
      this.#count('no-name');
      return;
    }
    const key = keyOf(base.ref);
    const origin = line.type === 'ADDED' ? history.sawAdded(key, line.at) : history.sawWatch();
    const before = history.known.get(key);
    if (before !== undefined && before.uid !== base.uid) this.#emitDelete(before, origin, emit);
    const fact = this.#project(line, base);
    // Events are never looked at through a lens, and there are too many of them to keep their lines.
    const kept = fact?.fact === 'event' ? null : (line.kept ?? line);
    history.known.set(key, { ref: base.ref, uid: base.uid, fact: fact?.fact ?? null, line: kept });
    if (fact !== null) {
      emit({ type: 'upsert', at: line.at, origin, fact });
      this.#takeSettings(fact, emit);
    }
    if (this.#lenses.has(key)) this.#emitLens(line, origin, emit);
  }

  #takeDelete(line: ReadLine, history: ResourceHistory, emit: Emit): void {
    history.sawWatch();
    const base = identify(line.object, line);
    if (base === null) {
      this.#count('no-name');
      return;
    }
    const key = keyOf(base.ref);
    const known = history.known.get(key) ?? {
      ref: base.ref,
      uid: base.uid,
      fact: this.#project(line, base)?.fact ?? null,
      line: null,
    };
    history.known.delete(key);
    this.#emitDelete(known, 'watch', emit);
  }

  #emitDelete({ ref, uid, fact }: Known, origin: 'list' | 'watch', emit: Emit): void {
    if (fact !== null) emit({ type: 'delete', at: this.#now, origin, fact, ref, uid });
    if (this.#lenses.has(keyOf(ref))) emit({ type: 'delete', at: this.#now, origin, fact: 'lens', ref, uid });
  }

  #emitLens(skimmed: ReadLine, origin: 'list' | 'watch', emit: Emit): void {
    const line = this.#readWhole(skimmed.kept ?? skimmed);
    if (line === null) return;
    const fact = projectLens(line.object, this.#settings, line);
    if (fact !== null) emit({ type: 'upsert', at: this.#now, origin, fact });
  }

  /** A request that comes while a change is being told is answered after it, never in the middle. */
  answerRequests(emit: Emit): void {
    for (let request = this.#requests.shift(); request !== undefined; request = this.#requests.shift()) {
      const key = keyOf(request.ref);
      if (request.action === 'close') {
        this.#lenses.delete(key);
      } else if (!this.#lenses.has(key)) {
        this.#lenses.add(key);
        const line = this.#lastLineOf(key);
        if (line !== null) this.#emitLens(line, 'list', emit);
      }
    }
  }

  #lastLineOf(key: string): ReadLine | null {
    for (const history of this.#histories.values()) {
      const known = history.known.get(key);
      if (known !== undefined) return this.#readWhole(known.line);
    }
    return null;
  }

  #project({ object }: ReadLine, base: FactBase): Fact | null {
    return projectIdentified(object, base, this.#settings, (reason) => this.#count(reason));
  }

  #count(reason: SkipReason): void {
    this.skipped.set(reason, (this.skipped.get(reason) ?? 0) + 1);
  }

  /**
   * argocd-cm names the label that marks an Application's objects. Objects listed before it are told again. Where there
   * are several Argo CDs, the first one seen decides.
   */
  #takeSettings(fact: Fact, emit: Emit): void {
    if (fact.fact !== 'argosettings' || fact.source !== 'argocd-cm') return;
    const key = keyOf(fact.ref);
    this.#settingsKey ??= key;
    if (this.#settingsKey !== key || fact.instanceLabelKey === this.#settings.instanceLabelKey) return;
    this.#settings = { instanceLabelKey: fact.instanceLabelKey };
    for (const history of this.#histories.values()) {
      for (const known of history.known.values()) {
        const line = known.fact === null || known.fact === 'argosettings' ? null : this.#readWhole(known.line);
        const base = line === null ? null : identify(line.object, line);
        const again = line === null || base === null ? null : this.#project(line, base);
        if (again !== null && 'tracking' in again) emit({ type: 'upsert', at: this.#now, origin: 'list', fact: again });
      }
    }
  }

  /** With all that the line says of its object. */
  #readWhole(kept: string | ReadLine | null): ReadLine | null {
    if (typeof kept !== 'string') return kept;
    const bytes = Buffer.from(kept, 'latin1');
    const decoded = this.#whole.decode(bytes);
    const line = decoded === undefined ? parseLine(bytes.toString('utf8')) : understand(decoded, kept);
    return line.type === 'BROKEN' ? null : line;
  }

  #historyOf(line: ReadLine): ResourceHistory {
    const last = this.#last;
    if (last !== null && last.resource === line.resource && last.apiVersion === line.apiVersion) return last.history;
    // Versions of one group are one resource.
    const id = `${groupOf(line.apiVersion)}/${line.resource}`;
    let history = this.#histories.get(id);
    if (history === undefined) {
      history = new ResourceHistory();
      this.#histories.set(id, history);
    }
    this.#last = { apiVersion: line.apiVersion, resource: line.resource, history };
    return history;
  }
}

/** The message of the Status that a watch ends with. */
function reasonOf(line: ReadLine): string {
  const { message, reason } = line.object;
  if (typeof message === 'string' && message !== '') return message;
  return typeof reason === 'string' && reason !== '' ? reason : 'the watch ended with an error';
}
