import { describe, expect, it } from 'vitest';
import { TrackStore } from '../../src/detect/track-store.ts';
import { newTrack, recordWrite, seedTrack } from '../../src/detect/tracks.ts';
import { WEB, writeOf, writerOf } from '../support/facts.ts';

/** 'hpa:web 3>6' … → what each write undoes, as 'writer restores|overwrites'. */
function undone(steps: readonly string[], seed?: readonly [string, number | undefined, number]): string[][] {
  const track = newTrack(WEB, 'uid-1', '/spec/replicas');
  if (seed !== undefined) seedTrack(track, writerOf(seed[0]), seed[1], seed[2], 0);
  return steps.map((step, i) => {
    const [by = '', change = ''] = step.split(' ');
    const [from, to] = change.split('>').map(Number);
    return recordWrite(track, writeOf(by, from ?? 0, to ?? 0, i * 1000)).map(
      ({ undone: block, restores }) => `${block.key} ${restores ? 'restores' : 'overwrites'}`,
    );
  });
}

describe('a write of Argo CD', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['undoes the scaler that came before it', ['hpa:web 3>6', 'argocd:web 6>3'], ['hpa:web restores']],
    ['undoes all steps of one scaler at once', ['hpa:web 3>6', 'hpa:web 6>9', 'argocd:web 9>3'], ['hpa:web restores']],
    [
      'undoes each of several writers since the last sync',
      ['hpa:web 3>6', 'human:kubectl 6>9', 'argocd:web 9>3'],
      ['hpa:web restores', 'human restores'],
    ],
    [
      'does not undo whoever had brought the value back already',
      ['hpa:web 3>6', 'human:kubectl 6>3', 'hpa:web 3>9', 'argocd:web 9>3'],
      ['hpa:web restores'],
    ],
    [
      'overwrites the last one where it brings a value of its own',
      ['hpa:web 3>6', 'human:kubectl 6>9', 'argocd:web 9>5'],
      ['human overwrites'],
    ],
    ['undoes nobody where it wrote last itself', ['argocd:web 3>6', 'argocd:web 6>3'], []],
    ['undoes nobody where nobody wrote before', ['argocd:web 3>6'], []],
    [
      'undoes another Application whose value it takes back',
      ['argocd:blue 2>5', 'argocd:green 5>2'],
      ['argocd:blue restores'],
    ],
    ['does not undo another Application by a value of its own', ['argocd:blue 2>5', 'argocd:green 5>7'], []],
  ])('%s', (_, steps, last) => {
    expect(undone(steps).at(-1)).toEqual(last);
  });

  it('undoes what stood there before we looked, where Git says otherwise', () => {
    expect(undone(['argocd:web 6>3'], ['hpa:web', 3, 6])).toEqual([['hpa:web restores']]);
    expect(undone(['argocd:web 6>3'], ['hpa:web', undefined, 6])).toEqual([['hpa:web overwrites']]);
  });
});

describe('a write of anybody else', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    [
      'undoes nobody when it follows Argo CD: that half is not counted',
      ['hpa:web 3>6', 'argocd:web 6>3', 'hpa:web 3>6'],
      [],
    ],
    [
      'undoes another when it returns to what it had set itself',
      ['hpa:web 3>6', 'human:kubectl 6>3', 'hpa:web 3>6'],
      ['human restores'],
    ],
    ['undoes nobody when it sets something new', ['hpa:web 3>6', 'human:kubectl 6>3', 'hpa:web 3>9'], []],
    ['undoes nobody when it never wrote before', ['human:kubectl 6>3', 'hpa:web 3>6'], []],
    ['undoes nobody whose name is not known', ['human:kubectl 3>6', 'unknown: 6>0', 'human:kubectl 0>6'], []],
    ['undoes nobody when it is not signed itself', ['unknown: 6>0', 'human:kubectl 0>6', 'unknown: 6>0'], []],
  ])('%s', (_, steps, last) => {
    expect(undone(steps).at(-1)).toEqual(last);
  });
});

describe('a track', () => {
  it('is bounded, however much is written', () => {
    const track = newTrack(WEB, 'uid-1', '/spec/replicas');
    for (let i = 0; i < 100; i++) recordWrite(track, writeOf(i % 2 === 0 ? 'hpa:web' : 'human:kubectl', i, i + 1, i));
    expect([track.blocks.length, track.writes.length]).toEqual([8, 12]);
  });

  it('keeps that a version before it was missed', () => {
    const track = newTrack(WEB, 'uid-1', '/spec/replicas');
    recordWrite(track, writeOf('hpa:web', 3, 6, 0));
    recordWrite(track, writeOf('hpa:web', 6, 9, 1, { gap: true }));
    expect(recordWrite(track, writeOf('argocd:web', 9, 3, 2))[0]?.undone.gap).toBe(true);
  });
});

describe('the store of tracks', () => {
  const obtain = (store: TrackStore, uid: string, field = '/spec/replicas') => store.obtain(WEB, uid, field, () => {});

  it('goes on with a track, and begins anew for another object of the same name', () => {
    const store = new TrackStore();
    obtain(store, 'one').take(writeOf('hpa:web', 3, 6, 0));
    obtain(store, 'one').take(writeOf('argocd:web', 6, 3, 1));
    expect(store.writesOf(WEB)).toHaveLength(2);
    obtain(store, 'two');
    expect(store.writesOf(WEB)).toEqual([]);
  });

  it('tells the writes of one field, and of all in the order of time', () => {
    const store = new TrackStore();
    obtain(store, 'one').take(writeOf('hpa:web', 3, 6, 5));
    obtain(store, 'one', '/data/a').take(writeOf('human:kubectl', 1, 2, 3, { field: '/data/a' }));
    expect(store.writesOf(WEB, '/data/a')).toHaveLength(1);
    expect(store.writesOf(WEB).map(({ at }) => at)).toEqual([3, 5]);
    expect(store.writesOf({ ...WEB, name: 'other' })).toEqual([]);
  });

  it('drops what is old and not contested', () => {
    const store = new TrackStore();
    obtain(store, 'one').take(writeOf('hpa:web', 3, 6, 1000));
    store.prune(2000, () => true);
    expect(store.writesOf(WEB)).toHaveLength(1);
    store.prune(2000, () => false);
    expect(store.writesOf(WEB)).toEqual([]);
    expect(store.all()).toEqual([]);
  });

  it('comes back from a checkpoint', () => {
    const store = new TrackStore();
    obtain(store, 'one').take(writeOf('hpa:web', 3, 6, 0));
    const again = new TrackStore();
    again.restore(store.all());
    expect(obtain(again, 'one').take(writeOf('argocd:web', 6, 3, 1))).toHaveLength(1);
    again.forget(WEB);
    expect(again.find(WEB, '/spec/replicas')).toBeUndefined();
  });
});
