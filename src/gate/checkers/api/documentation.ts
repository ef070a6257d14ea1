import type { Answer, GateChecker } from '../../checker';
import { describeOpenApi } from '../../facts/api/describe-openapi';
import { SpecProblem } from '../../facts/api/spec-problem';
import type { OpenApiDescription } from '../../facts/api-description';
import type { Inspection } from '../../inspection';
import { findDocumentGaps } from './document-gaps';
import { findUndescribed } from './graphql-descriptions';
import { readSyntax } from './graphql-reading';
import { lintDocument, redoclyVersion } from './redocly-lint';
import { answer, looked, readsSpec } from './spec-checker';

const SUBJECT = 'api-docs';

/** Documented where there is a description, where it is valid, and where it leaves nothing out. */
export const API_DOCUMENT_CHECKER: GateChecker = {
  name: 'api-document',
  version: '1',
  subjects: [SUBJECT],
  scope: 'task',
  reads: readsSpec,
  control: async () => {
    const api = await describeOpenApi({
      source: 'planted.json',
      from: 'file',
      text: '{"openapi":"3.1.0","paths":{"/a/{b}":{"get":{}}}}',
      basePath: null,
    });
    return (await lintDocument(api)).length > 0 && findDocumentGaps(api).length > 0;
  },
  check: async (inspection) => [{ subject: SUBJECT, ...(await look(inspection)) }],
};

async function look(inspection: Inspection): Promise<Omit<Answer, 'subject'>> {
  try {
    const api = await inspection.api();
    return api.kind === 'openapi'
      ? await lookAtDocument(api)
      : answer(
          api,
          looked(findUndescribed(await readSyntax(api)), 'every type, field and argument is described'),
        );
  } catch (error) {
    if (error instanceof SpecProblem) return without(error);
    throw error;
  }
}

function without({ kind, message, source }: SpecProblem): Omit<Answer, 'subject'> {
  return {
    outcome: {
      kind: 'ran-found',
      note: message,
      findings: [
        { key: `api-description ${kind}`, text: message, ...(source === null ? {} : { file: source }) },
      ],
    },
  };
}

async function lookAtDocument(api: OpenApiDescription): Promise<Omit<Answer, 'subject'>> {
  const invalid = await lintDocument(api);
  const gaps = hasNothing(api)
    ? [{ key: 'no-operations', text: `${api.source} describes no operation`, at: ['paths'] }]
    : findDocumentGaps(api);
  const note = `valid, and ${String(api.operations.length)} operations are described with their parameters and bodies`;
  const told = answer(api, looked([...invalid, ...gaps], note));
  // What only the house's rule finds is not the linter's verdict.
  if (invalid.length === 0 && gaps.length > 0) return told;
  return {
    ...told,
    by: {
      kind: 'tool',
      name: 'redocly',
      version: await redoclyVersion(),
      argv: ['@redocly/openapi-core', 'lint', api.source],
      exitCode: invalid.length === 0 ? 0 : 1,
    },
  };
}

const hasNothing = ({ operations, document }: OpenApiDescription): boolean =>
  operations.length === 0 && document['webhooks'] === undefined;
