import type { GateFinding } from '../../../domain/quality-gate/receipt';

/** A finding about one migration; the key holds what is wrong and where. */
export function finding(kind: string, path: string, text: string, line?: number): GateFinding {
  return {
    key: `migration:${kind}:${path}`.slice(0, 300),
    text: text.slice(0, 500),
    file: path,
    ...(line === undefined ? {} : { line }),
  };
}
