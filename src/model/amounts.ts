/** Amounts in words: one way, so that a verdict, the terminal, the page and the log say the same. */

/** Made when first needed: it takes as long as a third of the start of Node. */
let grouped: Intl.NumberFormat | null = null;

/** '8,120', '0.8'. */
export function numberLabel(value: number): string {
  if (Number.isInteger(value) && value >= 0 && value < 1_000) return String(value);
  grouped ??= new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
  return grouped.format(value);
}

/** '1 pod', '51 pods'; `plural` where an s does not do. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${numberLabel(count)} ${count === 1 ? noun : plural}`;
}

/** '0.8 s', '42 s', '5 min 3 s', '2 h 5 min', '3 d 4 h': two units at most. Below zero (clocks differ) is '0 s'. */
export function durationLabel(seconds: number): string {
  if (seconds < 10) return `${Math.max(0, Math.round(seconds * 10) / 10)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return joined(Math.floor(whole / 60), 'min', whole % 60, 's');
  if (whole < 86_400) return joined(Math.floor(whole / 3600), 'h', Math.floor((whole % 3600) / 60), 'min');
  return joined(Math.floor(whole / 86_400), 'd', Math.floor((whole % 86_400) / 3600), 'h');
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
