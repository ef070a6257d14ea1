import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { JsonRecord } from '../../../domain/contract/openapi-document';
import { CannotTell, DoesNotApply, type GateChecker } from '../../checker';
import type { OpenApiDescription } from '../../facts/api-description';
import { exitCodeOf, parseReport, programVersion, requireProgram } from '../source/adapters/scanner';
import { describeBase, stillPromised } from './breaking-api';
import { answer, looked, readsSpec, type SpecFinding } from './spec-checker';

const TIMEOUT_MS = 60_000;
const KEPT_BYTES = 16 * 1024 * 1024;
/** Certain to break a client; below are warnings, which depend on what clients do. */
const BREAKS = 3;

/** What oasdiff calls an error though nothing is taken from a client that works today. Adding one is adding a row. */
const NOTHING_TAKEN: readonly RegExp[] = [
  // An answer may hold more than before: a new status is how services grow.
  /^response-.*-(?:increased|decreased|unset|enum-value-added|became-not-enum|pattern-removed|(?:one|any)-of-added)$/,
  // Fewer credentials are asked for.
  /^api-(?:global-)?security-removed$/,
  // Announcements, and not removals.
  /^(?!.*removed-before-sunset).*(?:sunset|stability)/,
];

const Report = z.array(
  z.object({
    id: z.string(),
    text: z.string(),
    level: z.int(),
    operation: z.string().optional(),
    path: z.string().optional(),
  }),
);

/**
 * What clients of the base lose, once more through oasdiff, where it is on this machine. It gets both descriptions as
 * one document each, runs without network, and follows no reference out of them.
 */
export const OASDIFF_CHECKER: GateChecker = {
  name: 'oasdiff',
  version: '1',
  subjects: ['api-versioning'],
  scope: 'task',
  reads: readsSpec,
  comparesWithBase: true,
  check: async (inspection) => {
    const program = await requireProgram(inspection, 'oasdiff');
    const api = await inspection.api();
    if (api.kind !== 'openapi') throw new DoesNotApply('oasdiff-knows-openapi', 'oasdiff reads OpenAPI only');
    const promised = promisedBefore(api, await describeBase(api, inspection));
    const [remote] = api.remote;
    if (remote !== undefined) {
      throw new CannotTell(
        `${api.source} refers to ${remote.slice(0, 200)}, which is not in the repository and is never fetched`,
      );
    }
    const folder = await inspection.scratch();
    const [before, after] = [join(folder, 'base.json'), join(folder, 'revision.json')];
    await writeFile(before, JSON.stringify(promised));
    await writeFile(after, JSON.stringify(api.document));
    const args = ['breaking', before, after, '--format', 'json', '--allow-external-refs=false'];
    const argv = [program, ...args, '--fail-on', 'ERR'];
    const run = await inspection.run({
      argv,
      apart: folder,
      readOnly: [program],
      timeoutMs: TIMEOUT_MS,
      maxOutputBytes: KEPT_BYTES,
    });
    inspection.signal.throwIfAborted();
    const exitCode = exitCodeOf('oasdiff', run, [0, 1]);
    const findings = readReport(run.stdout, api);
    return [
      {
        subject: 'api-versioning',
        ...answer(api, looked(findings, 'oasdiff sees nothing taken from clients of the base')),
        by: { kind: 'tool', name: 'oasdiff', version: await programVersion(program), argv, exitCode },
      },
    ];
  },
};

function promisedBefore(api: OpenApiDescription, before: JsonRecord | null): JsonRecord {
  if (before === null) {
    throw new DoesNotApply('same-description', 'there is no other description of the base to compare with');
  }
  const promised = stillPromised(before, api.document);
  if (promised === null) throw new DoesNotApply('raised-version', 'the major version of the API was raised');
  return promised;
}

/** What breaks clients in a report of `oasdiff breaking --format json`. @throws CannotTell for another shape */
export function readReport(
  text: string,
  { operations }: Pick<OpenApiDescription, 'operations'>,
): SpecFinding[] {
  const parsed = Report.safeParse(parseReport('oasdiff', text));
  if (!parsed.success) throw new CannotTell('oasdiff wrote a report of another shape');
  return parsed.data
    .filter(({ id, level }) => level >= BREAKS && !NOTHING_TAKEN.some((rule) => rule.test(id)))
    .map(({ id, text: what, operation = '', path = '' }) => {
      const where = `${operation} ${path}`.trim();
      const at = operations.find(
        ({ method, pointer }) => pointer[1] === path && method.toLowerCase() === operation.toLowerCase(),
      );
      return {
        key: `oasdiff ${id} ${where}: ${what}`,
        text: `${where}${where === '' ? '' : ': '}${what} (oasdiff ${id}), and the version is the same`,
        at: at?.pointer ?? ['paths'],
      };
    });
}
