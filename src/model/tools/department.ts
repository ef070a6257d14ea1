import { z } from 'zod';
import { MachineTrouble } from '../../domain/quality-gate/machine-trouble';
import {
  ConsultationQuestion,
  ContextRequest,
  HandoffNote,
  RaisedEscalation,
} from '../../domain/work/handoff';
import type { Bootstrap, CheckRunner } from '../../ports/gate';
import { writablePath } from './policy';
import { CallNotMade, defineTool, result, type Tool } from './tool';

const CHECKS = ['build', 'test', 'lint'] as const;

/** Ends the attempt with the work handed in. */
const submitHandoff = defineTool({
  name: 'submit_handoff',
  description:
    'Hand in the work as it stands in the worktree; ends the attempt. findings is for audits and reviews, else []; about: architecture marks a mismatch with the system design. Last call of a turn.',
  input: HandoffNote,
  run: (note) =>
    Promise.resolve({
      kind: 'end',
      end: { kind: 'handed-off', note },
      text: 'Handed in; the gate looks at it now.',
      awaitsAnswer: false,
    }),
});

/** Suspends the attempt until a peer has answered. */
const consult = defineTool({
  name: 'consult',
  description:
    'Ask a peer for advice: performance, database and contract questions go to the specialist for it, others to the coordinator. The answer is the result of this call. Last call of a turn.',
  input: ConsultationQuestion,
  run: (question) =>
    Promise.resolve({ kind: 'end', end: { kind: 'consult', question }, text: '', awaitsAnswer: true }),
});

/** Suspends the attempt until a human has decided. */
const raiseEscalation = defineTool({
  name: 'raise_escalation',
  description:
    'Put a decision before a human, only for what the triggers name. The decision is the result of this call. Last call of a turn.',
  input: RaisedEscalation,
  run: (raised) =>
    Promise.resolve({ kind: 'end', end: { kind: 'escalate', raised }, text: '', awaitsAnswer: true }),
});

/** Suspends the attempt until the coordinator has granted or refused to read more. */
const requestContext = defineTool({
  name: 'request_context',
  description:
    'Ask to read files that are withheld from your role: literal paths or dir/**, and why the task cannot be done without ' +
    'them. The answer is the result of this call. Last call of a turn.',
  input: ContextRequest,
  run(request, { access }) {
    const withheld = request.paths.filter(
      (path) => access.judge(path).kind === 'denied' || path.endsWith('/**'),
    );
    if (withheld.length === 0) return Promise.resolve(result('You may read all of these already.'));
    return Promise.resolve({ kind: 'end', end: { kind: 'context', request }, text: '', awaitsAnswer: true });
  },
});

function createCheckTool(checks: CheckRunner): Tool {
  return defineTool({
    name: 'run_checks',
    description:
      'Run the build, tests and lint of the repository on the worktree as it stands, and see their output.',
    input: z.strictObject({ only: z.array(z.enum(CHECKS)).min(1).optional() }),
    async run(input, { worktree, survey, access, signal }) {
      await access.beforeRun();
      const { passed, output } = await checks
        .runChecks({
          path: worktree.path,
          gitDir: worktree.gitDir,
          survey,
          only: input.only ?? CHECKS,
          signal,
        })
        .catch((error: unknown) => {
          // Said to the model it would count as what the checks found.
          throw error instanceof MachineTrouble ? new CallNotMade(error) : error;
        })
        .finally(() => access.afterRun('whole'));
      const seen = await access.filter(output);
      access.count('sent', null, seen.length);
      // Commands of the repository may leave files behind.
      return result(`${passed ? 'All checks passed.' : 'Checks failed.'}\n${seen}`, { changes: true });
    },
  });
}

function createDependencyTool(bootstrap: Bootstrap): Tool {
  return defineTool({
    name: 'install_dependency',
    description:
      'Add one package of the registry by exact name (for Maven groupId:artifactId) and version to manifest and lockfile; its scripts do not run.',
    input: z.strictObject({
      name: z
        .string()
        .regex(/^(@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*(:[a-z0-9][\w.-]*)?$/i, 'an exact package name')
        .max(214),
      version: z
        .string()
        .regex(/^[0-9][\w.+-]*$/, 'an exact version, no range')
        .max(100),
    }),
    async run(input, context) {
      const { worktree, survey, signal } = context;
      for (const manifest of survey.manifests) await writablePath(context, manifest);
      const { changedFiles } = await bootstrap.addDependency({
        path: worktree.path,
        survey,
        signal,
        ...input,
      });
      const changed = changedFiles.join(', ') || 'nothing';
      return result(`Added ${input.name} ${input.version}; changed: ${changed}.`, { changes: true });
    },
  });
}

/** The department's own tools: checks, dependencies, and the three that end an attempt. */
export function createDepartmentTools(ports: {
  readonly checks: CheckRunner;
  readonly bootstrap: Bootstrap;
}): readonly Tool[] {
  return [
    createCheckTool(ports.checks),
    createDependencyTool(ports.bootstrap),
    consult,
    requestContext,
    raiseEscalation,
    submitHandoff,
  ];
}
