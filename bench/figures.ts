/** The value below which a share `p` (0 to 1) of the samples lies, by nearest rank. */
export function percentile(samples: readonly number[], p: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))] ?? Number.NaN;
}

/** One line of the bench: what was measured, the figure, the aim, and whether it was met. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly aim: { readonly text: string; readonly met: boolean } | null;
}

export function figure(name: string, value: number, unit: string, atMost?: number, atLeast?: number): Figure {
  const aim =
    atMost !== undefined
      ? { text: `<= ${atMost}`, met: value <= atMost }
      : atLeast !== undefined
        ? { text: `>= ${atLeast}`, met: value >= atLeast }
        : null;
  return { name, value: Math.round(value * 1000) / 1000, unit, aim };
}

export function renderFigures(figures: readonly Figure[]): string {
  const width = Math.max(...figures.map((row) => row.name.length));
  return figures
    .map((row) => {
      const aim = row.aim === null ? '' : `  aim ${row.aim.text}${row.aim.met ? '' : '  MISSED'}`;
      return `${row.name.padEnd(width)}  ${String(row.value).padStart(10)} ${row.unit.padEnd(8)}${aim}`;
    })
    .join('\n');
}
