/**
 * A list that comes in the stream of a watch (KEP-3157): an ADDED for each object, then a bookmark with a mark, then
 * what happens from there on. One object at a time is held, where a page holds hundreds.
 */
import { KubeRequestError } from './errors.ts';
import { versionOf } from './known-objects.ts';
import type { ObjectFeed } from './object-feed.ts';
import { textAt } from './projections/read-json.ts';
import { endsInitialList, type WatchLine } from './watch-stream.ts';

export class StreamedList {
  readonly #feed: ObjectFeed;
  readonly #what: string;
  readonly #maxLines: number;
  /** Objects that were shown in a version before the known one, and not in a later one since. */
  readonly #behind = new Set<string>();
  #lines = 0;

  /** @param what 'watch deployments.apps', for messages. */
  constructor(feed: ObjectFeed, what: string, maxLines: number) {
    this.#feed = feed;
    this.#what = what;
    this.#maxLines = maxLines;
    feed.known.beginList();
  }

  /**
   * Takes one line. The resourceVersion to watch on from when it was the last one of the list, else null.
   * @throws KubeRequestError when this is no such list, as from a server that does not know of it
   */
  take(line: WatchLine): string | null {
    if (line.type !== 'BOOKMARK') {
      this.#lines += 1;
      if (this.#lines > this.#maxLines) throw this.#error('endless', `the list does not end (${this.#lines} lines)`);
      if (!this.#feed.listLine(line)) this.#behind.add(keyOfLine(line));
      else if (this.#behind.size > 0) this.#behind.delete(keyOfLine(line));
      return null;
    }
    const resourceVersion = textAt(line.object, 'metadata', 'resourceVersion');
    if (!endsInitialList(line) || resourceVersion === '') throw this.unfinished();
    if (this.#behind.size > 0) throw this.#error('unfinished', `${this.#behind.size} objects are older than known`);
    this.#feed.completeList(resourceVersion);
    return resourceVersion;
  }

  /** For a stream that ends, or goes on to other things, without the mark. */
  unfinished(): KubeRequestError {
    return this.#error('unfinished', 'the server does not mark the end of the list');
  }

  #error(reason: 'endless' | 'unfinished', why: string): KubeRequestError {
    return new KubeRequestError({ kind: 'badResponse', reason, message: `${this.#what}: ${why}` });
  }
}

function keyOfLine({ object }: WatchLine): string {
  return versionOf(object)?.key ?? '';
}
