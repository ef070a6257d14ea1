import { isRecord } from '../../../domain/contract/openapi-document';
import { describeOpenApi } from '../../facts/api/describe-openapi';
import { SpecProblem } from '../../facts/api/spec-problem';
import type { ApiOperation, OpenApiDescription } from '../../facts/api-description';
import type { Inspection } from '../../inspection';
import { sameValue } from './endpoint-coverage';

/** Operations the branch added, or describes otherwise than the base does; none where that cannot be told. */
export async function changedOperations(
  inspection: Inspection,
  api: OpenApiDescription,
): Promise<ReadonlySet<ApiOperation>> {
  if (api.from === 'endpoint') return new Set();
  const changes = await inspection.changes();
  if (!changes.files.some(({ path }) => path === api.source)) return new Set();
  const text = await changes.readBase(api.source);
  if (text === null) return new Set(api.operations);
  const basePath = inspection.settings.api?.basePath ?? null;
  let before: OpenApiDescription;
  try {
    const read = (path: string): Promise<string | null> => changes.readBase(path);
    before = await describeOpenApi({ source: api.source, from: 'file', text, basePath, read });
  } catch (error) {
    if (error instanceof SpecProblem) return new Set(api.operations);
    throw error;
  }
  return new Set(
    api.operations.filter((operation) => {
      const same = before.operations.find(
        ({ method, path }) => method === operation.method && path === operation.path,
      );
      if (same === undefined) return true;
      return !sameValue(written(api, operation), written(before, same));
    }),
  );
}

/** The operation as it stands in the document, without prose. */
function written({ document }: OpenApiDescription, { pointer }: ApiOperation): unknown {
  let at: unknown = document;
  for (const step of pointer) {
    at = Array.isArray(at) ? (at as unknown[])[Number(step)] : isRecord(at) ? at[String(step)] : undefined;
  }
  return withoutProse(at);
}

function withoutProse(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutProse);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([key]) => !['description', 'summary', 'tags', 'externalDocs', 'example', 'examples'].includes(key),
      )
      .map(([key, inner]) => [key, withoutProse(inner)]),
  );
}
