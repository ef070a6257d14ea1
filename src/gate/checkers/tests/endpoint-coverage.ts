import { isRecord, recordOf } from '../../../domain/contract/openapi-document';
import type { ApiOperation } from '../../facts/api-description';
import { matchOperation } from '../../facts/api/match-operation';
import type { RecordedRequest } from '../../facts/test-run';

/** What tests did to one operation. */
export interface OperationUse {
  readonly operation: ApiOperation;
  /** Requests that reached it. */
  readonly hits: number;
  readonly statuses: ReadonlySet<number>;
}

/** What the recorded requests say about the operations of a spec. */
export interface EndpointCoverage {
  readonly uses: readonly OperationUse[];
  /** Shares, 0 to 1. */
  readonly endpoint: number;
  readonly success: number;
  /** Null where no response is declared. */
  readonly declared: number | null;
}

/** Joins operations and requests; without an operation all shares are 0. */
export function coverEndpoints(
  operations: readonly ApiOperation[],
  requests: readonly RecordedRequest[],
): EndpointCoverage {
  const reached = new Map<ApiOperation, RecordedRequest[]>();
  for (const request of requests) {
    const operation = matchOperation(operations, request);
    if (operation !== null) reached.set(operation, [...(reached.get(operation) ?? []), request]);
  }
  const uses = operations.map((operation): OperationUse => {
    const found = reached.get(operation) ?? [];
    return { operation, hits: found.length, statuses: new Set(found.map(({ status }) => status)) };
  });
  const declared = uses.flatMap(({ operation, statuses }) =>
    declaredResponses(operation).map((code) => [...statuses].some((status) => fits(code, status))),
  );
  const share = (test: (use: OperationUse) => boolean): number =>
    uses.length === 0 ? 0 : uses.filter(test).length / uses.length;
  return {
    uses,
    endpoint: share(({ hits }) => hits > 0),
    success: share(({ statuses }) => [...statuses].some((status) => status >= 200 && status < 400)),
    declared: declared.length === 0 ? null : declared.filter(Boolean).length / declared.length,
  };
}

/** Codes an operation declares: `200`, `4XX`; `default` stands for anything and is left out. */
function declaredResponses({ operation }: Pick<ApiOperation, 'operation'>): string[] {
  return Object.keys(recordOf(operation['responses'])).filter((code) => /^[1-5](?:\d\d|XX)$/i.test(code));
}

/**
 * Whether a caller can make it fail: it declares a 4xx of its own. A rate limit is everybody's and tested once, and 4XX
 * for whatever may come counts only where there is something to get wrong.
 */
export function declaresErrors(operation: ApiOperation): boolean {
  const own = declaredResponses(operation).filter((code) => code.startsWith('4') && code !== '429');
  if (own.some((code) => !/xx$/i.test(code))) return true;
  const takes = operation.parameters.length > 0 || operation.operation['requestBody'] !== undefined;
  return own.length > 0 && (takes || operation.secured);
}

function fits(code: string, status: number): boolean {
  return /xx$/i.test(code) ? String(status).startsWith(code.slice(0, 1)) : Number(code) === status;
}

/** Whether two values of parsed documents are the same, whatever the order of their keys. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    const other: readonly unknown[] = b;
    return a.length === b.length && a.every((value, index) => sameValue(value, other[index]));
  }
  if (isRecord(a) && isRecord(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length && keys.every((key) => key in b && sameValue(a[key], b[key]))
    );
  }
  return a === b;
}
