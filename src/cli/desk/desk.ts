import { readFile } from 'node:fs/promises';
import { UnknownObjectiveError } from '../../client/translate-error';
import type { Speaker } from '../../domain/escalation/decision-proof';
import { ResolveEscalation } from '../../domain/escalation/escalation';
import type { Desk } from '../../ports/desk';
import { allEscalations, NO_QUESTIONS } from '../all-escalations';
import type { CommandContext } from '../command';
import { collectInbox, EMPTY_INBOX } from '../decision/read-inbox';
import { readEvidence } from '../decision/read-question';
import { decisionId } from '../decision-id';
import { findPrecedents, openPrecedents, repositoryOf } from '../find-precedents';
import { findReport, hasReport, missingReport } from '../find-report';
import { readDiff } from '../read-diff';
import { reportError } from '../report-error';
import type { Session } from '../session';
import { keepSession } from './keep-session';
import { startDetached } from './start-detached';
import { waitForObjective } from './wait-for-objective';

/** The department as the MCP server deals with it; `close` lets go of the Temporal server. */
export function createDesk(
  context: CommandContext,
  options: {
    readonly allowUnsandboxed: boolean;
    /** Who decides here, as far as that is known; null or left out: what is said here is nobody's in particular. */
    readonly from?: Speaker | null;
  },
): Desk & { close(): Promise<void> } {
  const { services, terminal, call, home } = context;
  const keeper = keepSession(context);
  const withSession = <T>(id: string, ask: (session: Session) => Promise<T>): Promise<T> =>
    keeper.use((session) => {
      if (session === null) throw new UnknownObjectiveError(id);
      return ask(session);
    });

  return {
    start: (started) => startDetached(context, started, options),
    list: (state) =>
      keeper.use(async (session) => (await session?.department.list(state === null ? {} : { state })) ?? []),
    status: (id) =>
      withSession(id, async ({ department, server }) => {
        const answer = await department.status(id);
        return answer.kind === 'live'
          ? { kind: 'live', status: answer.status, webUi: server.workflowUrl(id) }
          : { kind: 'recorded', row: answer.summary };
      }),
    waits: () =>
      keeper.use(async (session) => (session === null ? EMPTY_INBOX : collectInbox(session.department))),
    watch: (watchId) =>
      withSession(watchId, async ({ department }) => {
        const { summary, status } = await department.watch(watchId);
        return { row: summary, status };
      }),
    escalations: (id) =>
      id === null
        ? keeper.use(async (session) =>
            session === null ? NO_QUESTIONS : allEscalations(session.department),
          )
        : withSession(id, async ({ department }) => {
            const open = await department.openEscalations(id);
            if (open.length === 0) return NO_QUESTIONS;
            const repository = await repositoryOf(department, id);
            const questions = open.map((escalation) => ({ objective: id, repository, escalation }));
            return { ...NO_QUESTIONS, questions };
          }),
    evidence: (about) => withSession(about.id, ({ department }) => readEvidence(context, department, about)),
    precedents: ({ id, trigger }) =>
      withSession(id, async ({ department }) =>
        findPrecedents(services, { trigger, repository: await repositoryOf(department, id) }),
      ),
    precedentsOf: (questions) => Promise.all(questions.map(openPrecedents(services))),
    send: ({ id, name, payload }) =>
      withSession(id, ({ department }) => {
        const message = { objectiveId: id, name, payload, from: options.from ?? null };
        return department.send(
          name === 'resolveEscalation'
            ? { ...message, updateId: decisionId(ResolveEscalation.parse(payload)) }
            : message,
        );
      }),
    cancel: ({ id, by, reason }) =>
      withSession(id, ({ department }) =>
        department.cancel({ objectiveId: id, by, from: options.from ?? null, reason }),
      ),
    wait: (wait) => withSession(wait.id, ({ department }) => waitForObjective(department, wait)),
    report: async (id) => {
      const found = await findReport(services.reportsDir, id);
      if (found !== null) return { markdown: await readFile(found.markdown, 'utf8'), json: found.json };
      const closed = await withSession(id, ({ department }) => department.resultIfClosed(id));
      throw missingReport({
        objectiveId: id,
        open: closed === null,
        reportsDir: services.reportsDir,
        call,
      });
    },
    hasReport: (id) => hasReport(services.reportsDir, id),
    diff: (id, taskId) =>
      withSession(id, async ({ department }) => {
        const answer = await department.status(id);
        const status = answer.kind === 'live' ? answer.status : null;
        return readDiff(context, { objectiveId: id, taskId, status });
      }),
    blob: async (ref) => (await (await services.blobs()).get(ref)).toString('utf8'),
    explain: async (error) => {
      const lines: string[] = [];
      const exitCode = await reportError(error, {
        warn: (line) => lines.push(line),
        debug: false,
        home: home.home,
      });
      const [sentence = ''] = lines;
      if (exitCode === 1) terminal.warn(sentence);
      return sentence;
    },
    close: () => keeper.close(),
  };
}
