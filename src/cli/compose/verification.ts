import { createHash } from 'node:crypto';
import { GateSlug } from '../../domain/quality-gate/gate-items';
import { PRECONDITIONS } from '../../domain/quality-gate/receipt';
import { ConfigurationError } from '../../domain/common/user-error';
import { verifyReceipts, whyNotRepeated } from '../../domain/quality-gate/verify-receipts';
import type { GitWorkspace } from '../../git/workspace';
import type { BlobStore } from '../../ports/blob-store';
import type { PreparedVerification, ServicesRequest, Target } from '../services';

/** Reads the receipts on a commit and makes ready to run the repeatable ones again, with nothing but the note. */
export async function prepareVerification(
  request: ServicesRequest & {
    readonly repository: string;
    readonly commit: string;
    readonly workspace: GitWorkspace;
    readonly store: BlobStore;
  },
): Promise<PreparedVerification> {
  const { workspace, repository } = request;
  const { repositories, worktrees, notes } = workspace;
  const { describeCommands, trustHash } = await import('../../survey/trust.js');
  const { GATE_CHECKERS } = await import('../../gate/checkers/table.js');
  const found = await workspace.inspectRepository(repository, request.commit);
  const commit = found.baseCommit;
  const idOf = (of: string): string => `verify-${shortHash(`${found.identity}\n${of}`)}`;
  const objectiveId = idOf(commit);
  await repositories.prepare({ ...found, objectiveId });
  const note = await notes.read({ objectiveId, source: found.source, commit });
  if (note === null) {
    throw new ConfigurationError(
      `There are no receipts on ${commit.slice(0, 12)}; \`gate --write-notes\` writes them, and \`git fetch origin refs/notes/coordinator:refs/notes/coordinator\` brings those of another clone.`,
    );
  }
  const { base, survey } = note;
  if (base !== null) {
    await repositories.prepare({ ...found, objectiveId: idOf(base), baseCommit: base });
  }
  const checkout = await worktrees.checkOut({ objectiveId, commit });
  const { gitDir, tree } = checkout;
  await checkout.dispose();
  const timed = new Set(GATE_CHECKERS.filter(({ alone }) => alone === true).map(({ name }) => name));
  const target: Target = { ...found, identity: `${found.identity}#receipts`, notes: [], sample: null };
  return {
    target,
    note,
    tree,
    trust: { trustHash: trustHash(survey, null), commands: describeCommands(survey), roles: [] },
    run: async ({ onProgress, signal }) => {
      const repeatable = note.receipts.filter((receipt) => whyNotRepeated(receipt, tree, timed) === null);
      const only = GateSlug.options.filter((slug) => repeatable.some(({ subject }) => subject === slug));
      const isNeeded =
        only.length > 0 ||
        repeatable.some(({ subject }) => PRECONDITIONS.some((precondition) => precondition === subject));
      if (!isNeeded) return verifyReceipts({ note, tree, again: [], timed });
      const { openChecking } = await import('../../worker/checking.js');
      const { createGateRunner } = await import('../../gate/gate-runner.js');
      const checking = await openChecking({ ...request, troubles: 'needs-review' });
      const { detect: _detect, ...setting } = checking.setting;
      try {
        const fresh = await worktrees.checkOut({ objectiveId, commit });
        try {
          const report = await createGateRunner({
            ...setting,
            // What is kept here would prove nothing of what was written elsewhere.
            receipts: { find: () => Promise.resolve(null), keep: () => Promise.resolve() },
            checkers: GATE_CHECKERS.filter(({ alone }) => alone !== true),
          }).run({
            target: { path: fresh.path, gitDir, commit, tree, base: base ?? commit },
            survey,
            scope: note.scope,
            ...(base === null
              ? {}
              : { base: { commit: base, open: () => worktrees.checkOut({ objectiveId, commit: base }) } }),
            only,
            onProgress,
            signal,
          });
          return verifyReceipts({ note, tree, again: report.receipts, timed });
        } finally {
          await fresh.dispose();
        }
      } finally {
        await checking.stop();
        await workspace.stop();
      }
    },
  };
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
