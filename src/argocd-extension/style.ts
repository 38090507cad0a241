/** Legible on Argo CD's light page and on its dark one; the rest is the host's own. */
export const COLOURS = {
  confirmed: '#d8404d',
  suspected: '#a8760a',
  resolved: '#128f6f',
  dim: '#71808b',
} as const;

export const HEADING = { fontSize: '15px', fontWeight: 600, margin: '1em 0 0.3em' } as const;

export const LINE = { marginBottom: '0.5em', overflowWrap: 'anywhere' } as const;

/** Scrolls by itself: a command is never wrapped, so that it can be copied. */
export const CODE = {
  overflowX: 'auto',
  padding: '8px',
  margin: '4px 0',
  background: 'rgba(127, 127, 127, 0.15)',
  userSelect: 'all',
} as const;

export const TABLE = {
  table: { borderCollapse: 'collapse', display: 'block', overflowX: 'auto' },
  cell: { padding: '2px 12px 2px 0', textAlign: 'left', whiteSpace: 'nowrap' },
} as const;
