import type { Progress } from '../../domain/objective/progress-memo';

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** `3 minutes`, `2 days`; below a minute `moments`. */
export function lasted(from: string, to: string): string {
  const seconds = Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
  for (const [unit, length] of UNITS) {
    const count = Math.floor(seconds / length);
    if (count >= 1) return `${String(count)} ${unit}${count === 1 ? '' : 's'}`;
  }
  return 'moments';
}

/** `2030-01-01 00:01 UTC` */
export function instant(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}

export function money({ usd, free }: Pick<Progress, 'usd' | 'free'>): string {
  if (free) return 'no charge';
  return usd === null ? 'no price known' : `${usd.toFixed(2)} USD`;
}

/** The first line of a text, cut. */
export function firstLine(text: string, characters = 140): string {
  const points = [...(text.trim().split('\n')[0] ?? '')];
  return points.length <= characters ? points.join('') : `${points.slice(0, characters - 1).join('')}…`;
}
