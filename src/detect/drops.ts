/** What the bounds on memory have cost. */
interface Bounded {
  readonly dropped: number;
}

/** How often each bound was reached and something was left out, since the start, by what it bounds. */
export type Drops = Readonly<Record<'lenses' | 'fields' | 'candidates' | 'notices', number>>;

export function dropsOf(desk: { readonly refused: number }, tracks: Bounded, ledger: Bounded, board: Bounded): Drops {
  return { lenses: desk.refused, fields: tracks.dropped, candidates: ledger.dropped, notices: board.dropped };
}
