import type { WatchCheck } from '../domain/coordination/coordination-settings';
import type { Measured, Probes } from '../ports/watch';
import { CouldNotAsk } from './could-not-ask';
import { askHttp } from './http-probe';
import { askPrometheus } from './prometheus-probe';
import { askSql } from './sql-probe';

export interface ProbesOptions {
  /** A variable of the worker's environment, where addresses of databases are. */
  readonly variable: (name: string) => string | undefined;
  /** How long one check may take, in milliseconds. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;

/** Probes of what is deployed. What goes wrong is told without addresses: they may carry passwords. */
export function createProbes({ variable, timeoutMs = TIMEOUT_MS }: ProbesOptions): Probes {
  const ask = (check: WatchCheck, signal: AbortSignal): Promise<number> => {
    switch (check.kind) {
      case 'sql':
        return askSql(check, { variable, timeoutMs, signal });
      case 'http':
        return askHttp(check, { timeoutMs, signal });
      case 'prometheus':
        return askPrometheus(check, { timeoutMs, signal });
    }
  };
  return {
    measure: async (check, signal): Promise<Measured> => {
      signal.throwIfAborted();
      try {
        const value = await ask(check, signal);
        if (Number.isFinite(value)) return { kind: 'value', value };
        return { kind: 'could-not-ask', reason: 'what it answered is no finite number' };
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof CouldNotAsk) return { kind: 'could-not-ask', reason: error.message };
        throw error;
      }
    },
  };
}
