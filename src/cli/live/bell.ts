import { awaitedContracts } from '../../domain/contract/contract-status';
import type { ObjectiveStatus } from '../../domain/objective/status';
import type { Display } from './display';

const BELL = '\u0007';

/** Writes the bell to a terminal; null: there is none, or nobody wants it. */
export function bellOf(
  wanted: boolean,
  stderr: { readonly isTTY?: boolean; write(text: string): unknown },
): (() => void) | null {
  return wanted && stderr.isTTY === true ? () => void stderr.write(BELL) : null;
}

/** A display that rings once for each thing that begins to wait for a human. */
export function withBell(display: Display, ring: (() => void) | null): Display {
  if (ring === null) return display;
  const rung = new Set<string>();
  return {
    ...display,
    show: (status) => {
      const waiting = waitingIn(status).filter((name) => !rung.has(name));
      for (const name of waiting) rung.add(name);
      if (waiting.length > 0) ring();
      display.show(status);
    },
  };
}

function waitingIn(status: ObjectiveStatus): string[] {
  const plan = status.state === 'awaiting-approval' ? [`plan ${String(status.plan?.version ?? 1)}`] : [];
  return [...status.escalations.map(({ id }) => id), ...plan, ...awaitedContracts(status.tasks)];
}
