import { isRecord, type JsonRecord } from '../../../domain/contract/openapi-document';
import { CannotTell } from '../../checker';
import type { OpenApiDescription } from '../api-description';
import { bundleSpec } from './bundle-spec';
import { convertSwagger } from './convert-swagger';
import { listOperations } from './list-operations';
import { SpecProblem } from './spec-problem';

const LONGEST_QUOTE = 300;

/** A text of OpenAPI 3 or Swagger 2. */
interface OpenApiText {
  readonly source: string;
  readonly from: 'file' | 'endpoint';
  readonly text: string;
  /** Put before paths that do not have it, where the document names no server path. */
  readonly basePath: string | null;
  /** The other files it may refer to; nothing by default. */
  readonly read?: (path: string) => Promise<string | null>;
}

/**
 * Reads an OpenAPI description with the files it refers to. Nothing is fetched.
 * @throws SpecProblem when it cannot be read
 */
export async function describeOpenApi(spec: OpenApiText): Promise<OpenApiDescription> {
  const { source, from, text, basePath } = spec;
  const texts = new Map([[source, text]]);
  const read = async (path: string): Promise<string | null> => {
    const there = (await spec.read?.(path)) ?? null;
    if (there !== null) texts.set(path, there);
    return there;
  };
  const bundled = await bundleSpec(source, text, read);
  const { document: written, remote } = bundled;
  const document = inOpenApi3(source, written);
  return {
    kind: 'openapi',
    source,
    from,
    text,
    document,
    written,
    operations: listOperations(document, basePath),
    remote,
    locate: (steps) => {
      if (from === 'endpoint') return null;
      const { file, line } = bundled.locate(steps);
      const quote = texts.get(file)?.split('\n')[line - 1]?.trim() ?? '';
      return { file, line, quote: quote.slice(0, LONGEST_QUOTE) };
    },
  };
}

function inOpenApi3(source: string, written: JsonRecord): JsonRecord {
  const version = versionOf(written);
  if (version === null) {
    throw new SpecProblem('unreadable', `${source} says neither \`openapi\` nor \`swagger\``, source);
  }
  if (!['paths', 'webhooks', 'components'].some((part) => isRecord(written[part]))) {
    throw new SpecProblem('unreadable', `${source} has no \`paths\``, source);
  }
  if (/^3\.[012](?:\.|$)/.test(version)) return written;
  if (/^2(?:\.0)?$/.test(version)) return convertSwagger(written);
  throw new CannotTell(`${source} is OpenAPI ${version.slice(0, 20)}; 2.0 and 3.0 to 3.2 are known`);
}

function versionOf({ openapi, swagger }: JsonRecord): string | null {
  const version = openapi ?? swagger;
  return typeof version === 'string' || typeof version === 'number' ? String(version) : null;
}
