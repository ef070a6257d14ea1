import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dossier } from '../../../src/domain/dossier';
import { summarise } from '../../../src/domain/gate-summary';
import type { GateReport, GateSummary, Receipt } from '../../../src/domain/receipt';
import type { Survey } from '../../../src/domain/survey';
import { createCheckRunner } from '../../../src/gate/check-runner';
import { createGateRunner } from '../../../src/gate/gate-runner';
import type { Bootstrap } from '../../../src/ports/gate';
import type { Sandbox } from '../../../src/sandbox/sandbox';
import { surveyFiles } from '../../../src/survey/survey-files';
import { createSetting } from '../../gate/support';
import { createGitRepository } from './git-repository';
import type { SampleRepository } from './sample-repository';

const EXAMPLES = join(__dirname, '..', '..', '..', 'examples');
const NO_REPORT = '0'.repeat(64);

/** A bundled service that is surveyed, checked and gated by the product itself. */
export interface SurveyedSample extends SampleRepository {
  readonly survey: Survey;
  describe(scenario: string): Promise<Dossier>;
  /** What the gate says of a tree that was gated. */
  reportOf(tree: string): GateReport | undefined;
  /** The whole output of a check of such a tree. */
  outputOf(tree: string, subject: Receipt['subject']): Promise<string>;
}

/** @param dependencies where dependencies come from, and the sandbox they are used in */
export async function createSurveyedSample(request: {
  readonly sample: string;
  readonly playbook: string;
  readonly objective: string;
  readonly dependencies: {
    readonly bootstrap: Bootstrap;
    readonly dependencyStore: string;
    readonly sandbox: Sandbox;
  };
}): Promise<SurveyedSample> {
  const { sample, playbook, objective, dependencies } = request;
  const repository = await createGitRepository({ sample: join(EXAMPLES, sample) });
  const state = await mkdtemp(join(tmpdir(), 'gate-state-'));
  const setting = createSetting(state, dependencies);
  const gate = createGateRunner(setting);
  const checks = createCheckRunner(setting);
  const { signal } = new AbortController();
  const gitDir = join(repository.path, '.git');
  const files = await repository.files();
  const read = (path: string): string | null => {
    const file = join(repository.path, path);
    return existsSync(file) ? readFileSync(file, 'utf8') : null;
  };
  const survey = surveyFiles({ files, read });
  const baseCommit = await repository.head();
  const reports = new Map<string, GateReport>();

  return {
    ...repository,
    survey,
    reportOf: (tree) => reports.get(tree),
    async outputOf(tree, subject) {
      const receipt = reports.get(tree)?.receipts.find((row) => row.subject === subject);
      const output = receipt?.evidence.find((row) => row.kind === 'output');
      if (output === undefined) throw new Error(`there is no output of ${subject} of ${tree}`);
      return (await setting.store.get(output.output)).toString();
    },
    async describe(scenario) {
      return Dossier.parse({
        objectiveId: `objective-${playbook}-00000000`,
        objective,
        repository: { kind: 'sample', name: sample, version: '1' },
        repositoryIdentity: `sample:${sample}@1`,
        baseRef: 'main',
        baseCommit,
        model: { kind: 'offline', playbook, scenario },
        options: {},
        survey,
        conventions: await readFile(join(repository.path, 'AGENTS.md'), 'utf8'),
        files,
      });
    },
    async gate(worktree, tree): Promise<GateSummary> {
      const report =
        reports.get(tree) ??
        (await gate.run({
          target: { path: worktree, gitDir, commit: tree, tree, base: baseCommit },
          survey,
          scope: 'task',
          signal,
        }));
      reports.set(tree, report);
      return summarise({ report, ref: NO_REPORT });
    },
    check: (worktree, only) => checks.runChecks({ path: worktree, gitDir, survey, only, signal }),
    addDependency: () => Promise.reject(new Error('the playbook adds no dependency')),
    async remove() {
      await repository.remove();
      await rm(state, { recursive: true, force: true });
    },
  };
}
