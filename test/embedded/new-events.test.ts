import { describe, expect, it } from 'vitest';
import { coreEventOf, newEventPath, seriesPatchOf } from '../../src/embedded/http/new-events.ts';

const EVENT = {
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  metadata: { name: 'web.17f', namespace: 'shop' },
  eventTime: '2026-11-21T05:00:00.000000Z',
  type: 'Normal',
  reason: 'RemedyApplied',
  action: 'Remediate',
  note: 'done',
  reportingController: 'tugwatch.dev/tugwatch',
  reportingInstance: 'tugwatch-0',
  regarding: { kind: 'Deployment', namespace: 'shop', name: 'web' },
};

describe('an Event of events.k8s.io/v1', () => {
  it('is kept as a v1 Event, where kubectl describe looks', () => {
    expect(newEventPath('/apis/events.k8s.io/v1/namespaces/shop/events')).toMatchObject({
      info: { group: '', plural: 'events' },
      namespace: 'shop',
    });
    expect(newEventPath('/api/v1/namespaces/shop/events')).toBe(undefined);
    expect(coreEventOf(JSON.stringify(EVENT), 'shop')).toMatchObject({
      apiVersion: 'v1',
      involvedObject: EVENT.regarding,
      message: 'done',
      reportingComponent: 'tugwatch.dev/tugwatch',
      eventTime: EVENT.eventTime,
    });
  });

  it.each([
    ['three digits of a second', { eventTime: '2026-11-21T05:00:00.000Z' }, 400, 'eventTime'],
    ['no action', { action: '' }, 422, 'action: Required value'],
    ['no reporting instance', { reportingInstance: undefined }, 422, 'reportingInstance: Required value'],
    ['a long reason', { reason: 'r'.repeat(129) }, 422, 'reason: Invalid value'],
    ['a note above 1 kB', { note: 'é'.repeat(513) }, 422, 'note: Invalid value'],
    ['another type', { type: 'Error' }, 422, 'type: Invalid value'],
    ['a name that ends in a dash', { metadata: { name: 'web-' } }, 422, 'metadata.name'],
    ['an object of another namespace', { regarding: { namespace: 'billing' } }, 422, 'does not match event.namespace'],
  ])('is refused with %s', (_what, change, code, text) => {
    expect(() => coreEventOf(JSON.stringify({ ...EVENT, ...change }), 'shop')).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(text) }),
    );
  });

  it('is counted up by a series, and changed in nothing else', () => {
    expect(newEventPath('/apis/events.k8s.io/v1/namespaces/shop/events/web.17f')).toMatchObject({
      namespace: 'shop',
      name: 'web.17f',
    });
    const series = { count: 2, lastObservedTime: '2026-11-21T05:10:00.000000Z' };
    expect(seriesPatchOf(JSON.stringify({ series }), 'web.17f')).toEqual({ series });
    const refused = (body: object) => () => seriesPatchOf(JSON.stringify(body), 'web.17f');
    expect(refused({ series, note: 'other words' })).toThrow('note: Invalid value: field is immutable');
    expect(refused({ series: { ...series, count: 1 } })).toThrow('should be at least 2');
    expect(refused({ series: { count: 2, lastObservedTime: '2026-11-21T05:10:00Z' } })).toThrow('lastObservedTime');
  });

  it('is refused when it is no JSON, or no object', () => {
    for (const text of ['{', '[]', 'null']) expect(() => coreEventOf(text, 'shop')).toThrow();
  });
});
