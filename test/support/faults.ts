/** What a faulty server can do to one request. */

export type ListFault =
  | { readonly on: 'list'; readonly do: 'status'; readonly code: number; readonly retryAfter?: string }
  /** reset: RST before an answer. hang: never an answer. html: a proxy's page. cut: half the JSON, then the end. */
  | { readonly on: 'list'; readonly do: 'reset' | 'hang' | 'html' | 'cut' | 'no-list' }
  /** One byte now and then, and never the end. */
  | { readonly on: 'list'; readonly do: 'drip' }
  /** 410 on a page that is not the first. */
  | { readonly on: 'list'; readonly do: 'gone-on-page-2' }
  /** There is always another page, until the fault is taken back. */
  | { readonly on: 'list'; readonly do: 'endless' };

export type WatchFault =
  | { readonly on: 'watch'; readonly do: 'status'; readonly code: number; readonly retryAfter?: string }
  | { readonly on: 'watch'; readonly do: 'reset' | 'hang' | 'html' | 'end-at-once' | 'gone' | 'error-500' }
  /** Accepts, then says nothing more: the peer has vanished. */
  | { readonly on: 'watch'; readonly do: 'half-open' }
  /** On every event: half its line, then RST; half its line, then the end; a line before it that is no JSON. */
  | { readonly on: 'watch'; readonly do: 'reset-in-line' | 'end-in-line' | 'garbage' }
  /** Every byte by itself; every event twice; after each event an older version of the object once more. */
  | { readonly on: 'watch'; readonly do: 'bytewise' | 'duplicate' | 'replay' }
  /** Of a list in a stream: from a cache that is behind; with a bookmark that does not mark its end. */
  | { readonly on: 'watch'; readonly do: 'behind' | 'unmarked' }
  /** One byte now and then, and never a line; two events of an object in the wrong order. */
  | { readonly on: 'watch'; readonly do: 'drip' | 'reorder' }
  /** A line that never ends (9 MB of it). */
  | { readonly on: 'watch'; readonly do: 'endless-line' };

export type Fault = ListFault | WatchFault;

/** One of each that a random schedule may draw. */
export const RANDOM_FAULTS: readonly Fault[] = [
  ...(['list', 'watch'] as const).flatMap((on) => [
    { on, do: 'status', code: 429, retryAfter: '3' } as const,
    { on, do: 'status', code: 429 } as const,
    { on, do: 'status', code: 500 } as const,
    { on, do: 'status', code: 503, retryAfter: '1' } as const,
    { on, do: 'status', code: 410 } as const,
    { on, do: 'status', code: 401 } as const,
    { on, do: 'status', code: 403 } as const,
    { on, do: 'status', code: 404 } as const,
    { on, do: 'reset' } as const,
    { on, do: 'hang' } as const,
    { on, do: 'html' } as const,
    { on, do: 'drip' } as const,
  ]),
  { on: 'list', do: 'cut' },
  { on: 'list', do: 'no-list' },
  { on: 'list', do: 'gone-on-page-2' },
  ...(
    [
      'end-at-once',
      'gone',
      'error-500',
      'half-open',
      'reset-in-line',
      'end-in-line',
      'garbage',
      'bytewise',
      'duplicate',
      'replay',
      'behind',
      'unmarked',
    ] as const
  ).map((what) => ({ on: 'watch', do: what }) as const),
];
