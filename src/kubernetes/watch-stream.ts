/** One watch: its request, and its lines as they come. What to do when it ends is decided elsewhere. */
import type { Json } from '../model/facts.ts';
import type { KubeClient } from './client.ts';
import { object, type Shape, WHOLE } from './decode/shape.ts';
import { StreamDecoder } from './decode/stream-decoder.ts';
import { errorOfWatchLine, KubeRequestError } from './errors.ts';
import { LineDecoder } from './line-decoder.ts';
import { collectionPath, selectorQuery, type WatchTarget } from './list-pages.ts';
import { asObject, type JsonObject, textAt } from './projections/read-json.ts';
import { TURNS } from './turns.ts';

export interface WatchLine {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: JsonObject;
}

export interface WatchRequest {
  /** null: what is there first, as a list in a stream (KEP-3157), and then what happens to it. */
  readonly resourceVersion: string | null;
  /** After so many seconds the server ends the watch in order. */
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/** Without a resourceVersion: a consistent read, as a list in pages is. */
const LIST_FIRST = { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' };

/** The bookmark after the last object of a list in a stream (apimachinery meta/v1 InitialEventsAnnotationKey). */
export function endsInitialList({ type, object }: WatchLine): boolean {
  return type === 'BOOKMARK' && textAt(object, 'metadata', 'annotations', 'k8s.io/initial-events-end') === 'true';
}

/** Resolves when the server has accepted the watch. @throws KubeRequestError */
export function openWatch(
  client: KubeClient,
  target: WatchTarget,
  request: WatchRequest,
): Promise<AsyncIterable<Uint8Array>> {
  return client.stream(collectionPath(target), {
    signal: request.signal,
    query: {
      ...selectorQuery(target),
      watch: '1',
      allowWatchBookmarks: 'true',
      ...(request.resourceVersion === null ? LIST_FIRST : { resourceVersion: request.resourceVersion }),
      timeoutSeconds: String(request.timeoutSeconds),
    },
  });
}

/**
 * Hands over every line in order, and waits for `pace` after each chunk, and for others when there is much; resolves when the server ended the stream between two lines.
 * @throws KubeRequestError when the stream breaks, a line cannot be read (the change in it is lost, so going on would
 *         hide a gap: the watch must resume before it), or the server says ERROR.
 */
export async function readWatch(
  stream: AsyncIterable<Uint8Array>,
  what: string,
  onBytes: () => void,
  onLine: (line: WatchLine) => void,
  pace: () => Promise<void> | undefined,
  shape?: Shape,
): Promise<void> {
  const lines = shape === undefined ? undefined : new StreamDecoder(object({ type: WHOLE, object: shape }));
  const decoder = new LineDecoder();
  for await (const chunk of stream) {
    onBytes();
    for (const bytes of decoder.push(chunk)) onLine(parseLine(bytes, lines, what));
    await pace();
    await TURNS.took(chunk.length);
  }
  if (decoder.pending > 0) throw brokenLine(`${what}: the stream ended in the middle of a line`);
}

function parseLine(bytes: Buffer, lines: StreamDecoder | undefined, what: string): WatchLine {
  const kept = asObject(lines?.decode(bytes));
  // A bookmark and an error are other objects than those that the shape describes.
  const known = kept?.['type'] === 'ADDED' || kept?.['type'] === 'MODIFIED' || kept?.['type'] === 'DELETED';
  let parsed: Json;
  try {
    parsed = known ? kept : (JSON.parse(bytes.toString('utf8')) as Json);
  } catch {
    throw brokenLine(`${what}: a line of the watch is no JSON`);
  }
  const line = asObject(parsed);
  const raw = asObject(line?.['object']);
  const type = line?.['type'];
  if (type === 'ERROR') throw new KubeRequestError(errorOfWatchLine(what, raw));
  if (raw === undefined || !isWatchType(type)) throw brokenLine(`${what}: a line of the watch is no watch event`);
  return { type, object: raw };
}

function isWatchType(type: Json | undefined): type is WatchLine['type'] {
  return type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED' || type === 'BOOKMARK';
}

function brokenLine(message: string): KubeRequestError {
  return new KubeRequestError({ kind: 'badResponse', reason: 'line', message });
}
