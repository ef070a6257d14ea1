import { posix } from 'node:path';
import { errorMessageOf } from '../../config/error-code';
import { isRecord, type JsonRecord } from '../../domain/contract/openapi-document';
import { SpecProblem } from '../facts/api/spec-problem';

/** Root of the repository as the bundler sees it: no path of this machine. */
const ROOT = '/';
/** Written out, in characters; aliases can make a small file large. */
const LONGEST_BUNDLE = 8 * 1024 * 1024;

/**
 * One document in which every reference leads to `#/…`: what stands in other files moves to `components`.
 * @param files every file of the spec, parsed, by path in the repository
 * @throws SpecProblem where that cannot be done
 */
export async function bundleOpenApi(
  source: string,
  files: ReadonlyMap<string, unknown>,
): Promise<JsonRecord> {
  const redocly = await import('@redocly/openapi-core');
  /** Answers from the files that were read already, and from nowhere else. */
  class ClosedResolver extends redocly.BaseResolver {
    override resolveExternalRef(base: string | null, ref: string): string {
      return posix.join(posix.dirname(base ?? ROOT), ref);
    }
    override loadExternalRef(
      ref: string,
    ): ReturnType<InstanceType<typeof redocly.BaseResolver>['loadExternalRef']> {
      return files.has(ref.slice(ROOT.length))
        ? Promise.resolve(new redocly.Source(ref, ''))
        : Promise.reject(new redocly.ResolveError(new Error(`${ref} is not in the repository`)));
    }
    override parseDocument(
      from: InstanceType<typeof redocly.Source>,
    ): ReturnType<InstanceType<typeof redocly.BaseResolver>['parseDocument']> {
      // The bundler writes into what it is given.
      return { source: from, parsed: structuredClone(files.get(from.absoluteRef.slice(ROOT.length))) };
    }
  }
  try {
    const config = await redocly.createConfig({});
    const { bundle, problems } = await redocly.bundle({
      ref: `${ROOT}${source}`,
      config,
      externalRefResolver: new ClosedResolver(),
      componentRenamingConflicts: 'off',
    });
    const [problem] = problems.filter(({ severity }) => severity === 'error');
    if (problem !== undefined) throw new SpecProblem('unreadable', problem.message, source);
    return plainJson(source, bundle.parsed);
  } catch (error) {
    if (error instanceof SpecProblem) throw error;
    throw new SpecProblem(
      'unreadable',
      `${source} cannot be bundled: ${errorMessageOf(error).slice(0, 300)}`,
    );
  }
}

/** The document as JSON has it: aliases written out, nothing shared, nothing that JSON has no word for. */
function plainJson(source: string, value: unknown): JsonRecord {
  let left = LONGEST_BUNDLE;
  const text = JSON.stringify(value, (key, child: unknown) => {
    left -= key.length + (typeof child === 'string' ? child.length : 4);
    if (left < 0) throw new SpecProblem('unreadable', `${source} is larger than 8 MiB when it is bundled`);
    if (typeof child === 'number' && !Number.isFinite(child)) {
      throw new SpecProblem('unreadable', `${source} has a number that JSON cannot hold`);
    }
    return child;
  });
  const parsed: unknown = JSON.parse(text);
  if (!isRecord(parsed)) throw new SpecProblem('unreadable', `${source} is no API description`);
  return parsed;
}
