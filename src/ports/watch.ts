import type { WatchCheck } from '../domain/coordination/coordination-settings';

/** The number a check measured, or in one sentence why it could not be asked; never an address or a password. */
export type Measured =
  | { readonly kind: 'value'; readonly value: number }
  | { readonly kind: 'could-not-ask'; readonly reason: string };

/** Looks at what is deployed: databases, addresses, Prometheus. It changes nothing there. */
export interface Probes {
  /** Answers within some ten seconds, or earlier when the signal is aborted. */
  measure(check: WatchCheck, signal: AbortSignal): Promise<Measured>;
}
