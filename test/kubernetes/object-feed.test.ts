/** What becomes of raw objects, without a server: which changes are told, and which lines a recorder gets. */
import { describe, expect, it } from 'vitest';
import { ObjectFeed } from '../../src/kubernetes/object-feed.ts';
import { project } from '../../src/kubernetes/projections/project.ts';
import { type JsonObject, textAt } from '../../src/kubernetes/projections/read-json.ts';
import type { Change, Json } from '../../src/model/facts.ts';
import { FakeTimers } from '../support/fake-timers.ts';
import { DEPLOYMENTS } from '../support/live.ts';
import { rawDeployment } from '../support/raw-objects.ts';

function feedOf(decode = (raw: Json) => project(raw, DEPLOYMENTS), ignores?: (raw: Json) => boolean) {
  const changes: Change[] = [];
  const lines: string[] = [];
  const skipped: string[] = [];
  const feed = new ObjectFeed({
    resource: DEPLOYMENTS,
    timers: new FakeTimers(),
    decode,
    ignores,
    emit: (change) => changes.push(change),
    skip: (key, reason) => skipped.push(`${key} ${reason}`),
    tap: ({ type, object }) => lines.push(`${type} ${(object['metadata'] as { name?: string }).name ?? ''}`.trim()),
  });
  return { feed, changes, lines, skipped, told: () => changes.map(nameOf) };
}

/** 'upsert web uid-1', 'delete web uid-1'. */
function nameOf(change: Change): string {
  if (change.type === 'upsert') return `upsert ${change.fact.ref.name} ${change.fact.uid}`;
  return change.type === 'delete' ? `delete ${change.ref.name} ${change.uid}` : change.type;
}

function deployment(name: string, resourceVersion: string, uid = 'uid-1'): JsonObject {
  return rawDeployment({ name, resourceVersion, uid }, 3) as JsonObject;
}

describe('the changes that come of raw objects', () => {
  it('do not end an object because an earlier one of its name ends late', () => {
    const { feed, told } = feedOf();
    feed.watch({ type: 'ADDED', object: deployment('web', '1', 'uid-1') });
    feed.watch({ type: 'ADDED', object: deployment('web', '5', 'uid-2') });
    feed.watch({ type: 'DELETED', object: deployment('web', '4', 'uid-1') });
    expect(told()).toEqual(['upsert web uid-1', 'delete web uid-1', 'upsert web uid-2']);
  });

  it('do not begin an object again that has ended', () => {
    const { feed, told, skipped } = feedOf();
    feed.watch({ type: 'ADDED', object: deployment('web', '1') });
    feed.watch({ type: 'DELETED', object: deployment('web', '2') });
    expect(feed.watch({ type: 'MODIFIED', object: deployment('web', '1') })).toBe(false);
    expect(told()).toEqual(['upsert web uid-1', 'delete web uid-1']);
    expect(skipped).toEqual(['shop/web older-version']);
  });

  it('believe a list that shows an object whose end was told: a list is a consistent read', () => {
    const { feed, told } = feedOf();
    feed.watch({ type: 'ADDED', object: deployment('web', '1') });
    feed.watch({ type: 'DELETED', object: deployment('web', '2') });
    feed.known.beginList();
    feed.list(deployment('web', '1'));
    feed.completeList('9');
    expect(told()).toEqual(['upsert web uid-1', 'delete web uid-1', 'upsert web uid-1']);
  });

  it('are none for the end of an object that nobody knew', () => {
    const { feed, changes } = feedOf();
    feed.watch({ type: 'DELETED', object: deployment('web', '2') });
    expect(changes).toEqual([]);
  });

  it('end a fact when nothing is kept of its object any more', () => {
    const { feed, told } = feedOf((raw) => (JSON.stringify(raw).includes('"2"') ? null : project(raw, DEPLOYMENTS)));
    feed.watch({ type: 'ADDED', object: deployment('web', '1') });
    feed.watch({ type: 'MODIFIED', object: deployment('web', '2') });
    feed.watch({ type: 'DELETED', object: deployment('web', '3') });
    expect(told()).toEqual(['upsert web uid-1', 'delete web uid-1']);
  });

  it('are told again by the next list when the rules by which facts are made have changed', () => {
    const { feed, changes } = feedOf();
    feed.known.beginList();
    feed.list(deployment('web', '1'));
    feed.completeList('9');
    feed.known.forgetVersions();
    feed.known.beginList();
    feed.list(deployment('web', '1'));
    feed.completeList('10');
    expect(changes).toHaveLength(2);
  });

  it('count what has no name instead of losing it silently', () => {
    const { feed, skipped } = feedOf();
    feed.list({ kind: 'Deployment' });
    expect(skipped).toEqual([' no-name']);
  });
});

describe('what another process watches', () => {
  const ignores = (raw: Json) => textAt(raw, 'metadata', 'name').startsWith('other');

  it('is passed over in lists, streams and watches, and nothing is remembered of it', () => {
    const { feed, told, skipped, lines } = feedOf(undefined, ignores);
    feed.known.beginList();
    feed.list(deployment('web', '1'));
    feed.list(deployment('other-1', '1', 'uid-2'));
    expect(feed.listLine({ type: 'ADDED', object: deployment('other-2', '1', 'uid-3') })).toBe(true);
    feed.completeList('5');
    expect(feed.watch({ type: 'MODIFIED', object: deployment('other-1', '6', 'uid-2') })).toBe(true);
    expect(feed.watch({ type: 'DELETED', object: deployment('other-2', '7', 'uid-3') })).toBe(true);
    feed.watch({ type: 'MODIFIED', object: deployment('web', '8') });
    expect(told()).toEqual(['upsert web uid-1', 'upsert web uid-1']);
    expect(feed.known.size).toBe(1);
    expect(skipped).toEqual([]);
    expect(lines).toEqual(['ADDED web', 'SYNCED', 'MODIFIED web']);
  });
});

describe('the lines that a recorder gets', () => {
  it('are those of the server, with the end of what only a broken list had shown', () => {
    const { feed, lines } = feedOf();
    feed.known.beginList();
    feed.list(deployment('ghost', '1', 'uid-9'));
    // The list breaks off here; the next one is complete and does not show the object.
    feed.known.beginList();
    feed.list(deployment('web', '2'));
    feed.completeList('9');
    feed.watch({ type: 'MODIFIED', object: deployment('web', '3') });
    feed.watch({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '12' } } });
    expect(lines).toEqual(['ADDED ghost', 'ADDED web', 'DELETED ghost', 'SYNCED', 'MODIFIED web', 'BOOKMARK']);
  });

  it('name nothing as ended that a later complete list leaves out: the list itself says so', () => {
    const { feed, lines } = feedOf();
    feed.known.beginList();
    feed.list(deployment('web', '1'));
    feed.completeList('9');
    feed.known.beginList();
    feed.completeList('20');
    expect(lines).toEqual(['ADDED web', 'SYNCED', 'SYNCED']);
  });
});
