import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { errorMessageOf } from '../../../config/error-code';
import type { OpenApiDescription } from '../../facts/api-description';
import { CannotTell } from '../../checker';
import type { SpecFinding } from './spec-checker';

/** What makes a document an invalid one; style is left to the house's own rules. */
const RULES = {
  struct: 'error',
  'no-unresolved-refs': 'error',
  'path-params-defined': 'error',
  'path-declaration-must-exist': 'error',
  'path-not-include-query': 'error',
  'no-identical-paths': 'error',
  'operation-operationId-unique': 'error',
  'operation-parameters-unique': 'error',
  'no-enum-type-mismatch': 'error',
  'no-undefined-server-variable': 'error',
  'no-server-variables-empty-enum': 'error',
  'spec-components-invalid-map-name': 'error',
} as const;

/** Lints a document in this process, without a configuration of the target's and without following any reference. */
export async function lintDocument(
  api: Pick<OpenApiDescription, 'source' | 'text' | 'written' | 'remote'>,
): Promise<readonly SpecFinding[]> {
  const redocly = await import('@redocly/openapi-core');
  /** References are in the document already, or lead where nobody goes. */
  class ClosedResolver extends redocly.BaseResolver {
    override loadExternalRef(reference: string): Promise<never> {
      return Promise.reject(new Error(`${reference} is not in the repository`));
    }
  }
  const document = { source: new redocly.Source(`/${api.source}`, api.text), parsed: api.written };
  let problems: Awaited<ReturnType<typeof redocly.lintDocument>>;
  try {
    const config = await redocly.createConfig({ rules: RULES });
    problems = await redocly.lintDocument({ document, config, externalRefResolver: new ClosedResolver() });
  } catch (error) {
    throw new CannotTell(`Redocly cannot lint ${api.source}: ${errorMessageOf(error).slice(0, 300)}`, {
      cause: error,
    });
  }
  return problems.flatMap(({ ruleId, message, location: [place] }): SpecFinding[] => {
    // What stands elsewhere is told of as not known.
    if (api.remote.some((reference) => ruleId === 'no-unresolved-refs' && message.includes(reference)))
      return [];
    const pointer = place?.pointer ?? '#/';
    const steps = stepsOf(pointer);
    const where = steps.map((step) => (/^\d+$/.test(step) && step.length < 3 ? '*' : step)).join('/');
    return [{ key: `${ruleId} ${where}: ${message}`, text: `${message} (${ruleId}, ${pointer})`, at: steps }];
  });
}

function stepsOf(pointer: string): string[] {
  return pointer
    .replace(/^#?\/?/, '')
    .split('/')
    .filter((step) => step !== '')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

const Manifest = z.object({ version: z.string() });

/** Version of the linter. */
export async function redoclyVersion(): Promise<string | null> {
  try {
    const manifest = join(dirname(require.resolve('@redocly/openapi-core')), '..', 'package.json');
    return Manifest.parse(JSON.parse(await readFile(manifest, 'utf8'))).version;
  } catch {
    return null;
  }
}
