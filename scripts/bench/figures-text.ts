/** Figures as the table and the JSON of the bench show them. */

export function ratio(value: number): string {
  return value.toFixed(2);
}

/** For JSON: no more digits than mean something. */
export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

export function milliseconds(ms: number): string {
  return `${ms.toFixed(1)} ms`;
}
