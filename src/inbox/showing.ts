import { BUNDLE_FILES, ContractBundle, fileOf } from '../domain/contract/contract-bundle';
import { awaitedContracts } from '../domain/contract/contract-status';
import { Plan } from '../domain/plan/plan';
import type { ObjectiveStatus } from '../domain/objective/status';
import { ConfigurationError } from '../domain/common/user-error';
import { html } from '../html/html';
import { wholeOutput } from '../process/whole-output';
import { page, type Asked, type Inbox, type Reply } from './exchange';
import { pathOf, readOverview } from './overview';
import { contractPage } from './pages/contract';
import { renderDiff } from './pages/diff';
import { frame } from './pages/frame';
import { listPage } from './pages/list';
import { objectivePage } from './pages/objective';
import { outputPage } from './pages/output';
import { planPage } from './pages/plan';
import { questionPage } from './pages/question';
import { recordedPage } from './pages/recorded';
import { watchPage } from './pages/watch';
import { liveStatus, readFailingOf, readQuestion } from './read-question';

/** What a form that came to nothing shows again. */
export interface Again {
  readonly status: number;
  readonly refused: string | null;
  readonly filled: ReadonlyMap<string, string>;
  /** Number of the option of a question that is to be confirmed. */
  readonly confirm?: number;
}

const FIRST: Again = { status: 200, refused: null, filled: new Map() };

export async function showList(inbox: Inbox, asked: Asked): Promise<Reply> {
  return page(listPage(await readOverview(inbox.desk), inbox.now().toISOString(), around(inbox, asked)));
}

export async function showObjective(inbox: Inbox, asked: Asked, again = FIRST): Promise<Reply> {
  const { desk, pictures } = inbox;
  const { id } = asked.params;
  const { refused, filled } = again;
  const standing = await desk.status(id);
  if (standing.kind === 'recorded') {
    const hasReport = await desk.hasReport(id);
    return page(
      recordedPage(standing.row, { ...around(inbox, asked), hasReport, refused, filled }),
      again.status,
    );
  }
  return page(
    objectivePage(standing.status, pictures, {
      ...around(inbox, asked),
      csrf: asked.session.csrf,
      webUi: webAddress(standing.webUi),
      refused,
      filled,
    }),
    again.status,
  );
}

export async function showQuestion(inbox: Inbox, asked: Asked, again = FIRST): Promise<Reply> {
  const question = await readQuestion(inbox.desk, asked.params.id, asked.params.question);
  const unknown = question.escalation === null && question.decision === null;
  return page(
    questionPage({
      ...around(inbox, asked),
      question,
      csrf: asked.session.csrf,
      refused: again.refused,
      draft: {
        guidance: again.filled.get('guidance') ?? '',
        assignee: again.filled.get('assignee') ?? '',
        usd: again.filled.get('usd') ?? null,
      },
      confirm: again.confirm ?? null,
    }),
    unknown ? 404 : again.status,
  );
}

/**
 * The whole output behind what fails; only of a receipt of this question.
 * @throws ConfigurationError for another, and where this machine does not have it
 */
export async function showOutput({ desk, by }: Inbox, { params }: Asked): Promise<Reply> {
  const { id, question, output: ref } = params;
  const failing = await readFailingOf(desk, id, question);
  const receipt = failing?.receipts.find(({ outputs }) => outputs.includes(ref));
  if (receipt === undefined) throw new ConfigurationError(`${question} has no output ${ref.slice(0, 12)}.`);
  const stored = await desk.blob(ref).catch((error: unknown) => {
    throw new ConfigurationError(
      `The output ${ref.slice(0, 12)} is not on this machine, or cannot be read.`,
      {
        cause: error,
      },
    );
  });
  return page(outputPage({ owner: id, question, receipt, output: wholeOutput(stored), by }));
}

export async function showPlan(inbox: Inbox, asked: Asked, again = FIRST): Promise<Reply> {
  const status = await liveStatus(inbox.desk, asked.params.id);
  if (status.plan === null) throw new ConfigurationError('There is no plan to see yet.');
  const stored: unknown = JSON.parse(await inbox.desk.blob(status.plan.ref));
  const plan = Plan.parse(stored);
  return page(
    planPage(
      {
        ...around(inbox, asked),
        status,
        plan,
        version: status.plan.version,
        csrf: asked.session.csrf,
        refused: again.refused,
        comment: again.filled.get('comment') ?? '',
        edit: status.outcome === null ? await editOf(inbox, status, status.plan.version, again) : null,
      },
      inbox.pictures,
    ),
    again.status,
  );
}

/** The plan to edit: as it was written before, or as it is; null: it cannot be edited here. */
async function editOf(
  { planText }: Inbox,
  status: ObjectiveStatus,
  newest: number,
  { filled }: Again,
): Promise<{ readonly text: string; readonly version: number } | null> {
  if (planText === undefined) return null;
  const text = filled.get('plan');
  // Saved as of the newest, it would take back what somebody else changed meanwhile.
  return text === undefined
    ? { text: await planText.write(status), version: newest }
    : { text, version: Number(filled.get('version')) };
}

export async function showContract(inbox: Inbox, asked: Asked, again = FIRST): Promise<Reply> {
  const { id } = asked.params;
  const status = await liveStatus(inbox.desk, id);
  const { contract, bundle } = await readContract(inbox, asked);
  return page(
    contractPage({
      ...around(inbox, asked),
      id,
      contract,
      bundle,
      waits: awaitedContracts(status.tasks).includes(contract.name),
      csrf: asked.session.csrf,
      refused: again.refused,
      comments: again.filled.get('comments') ?? '',
    }),
    again.status,
  );
}

/** The reference page of the bundle as it was made of the spec. */
export async function showReference(inbox: Inbox, asked: Asked): Promise<Reply> {
  const { contract, bundle } = await readContract(inbox, asked);
  if (bundle === null) throw new ConfigurationError(`${contract.name} has not been shared yet.`);
  return { kind: 'document', html: await inbox.desk.blob(fileOf(bundle, BUNDLE_FILES.reference).blob) };
}

export async function showReport(inbox: Inbox, asked: Asked): Promise<Reply> {
  const { json } = await inbox.desk.report(asked.params.id);
  return { kind: 'document', html: inbox.pictures.report(json) };
}

export async function showDiff(inbox: Inbox, asked: Asked): Promise<Reply> {
  const { id, task } = asked.params;
  const taskId = task === '' ? null : task;
  const { from, to, text } = await inbox.desk.diff(id, taskId);
  const title = taskId === null ? 'All changes' : `Changes of ${taskId}`;
  const body = html`<p class="muted"><a href="${pathOf(id)}">${id}</a></p>
    <h1>${title}</h1>
    <p class="muted">From <code>${from.slice(0, 12)}</code> to <code>${to.slice(0, 12)}</code></p>
    ${renderDiff(text, `diff ${id} ${task}`.trim())}`;
  return page(frame({ title, body, by: inbox.by }));
}

export async function showWatch(inbox: Inbox, asked: Asked): Promise<Reply> {
  const { row, status } = await inbox.desk.watch(asked.params.id);
  return page(watchPage(row, status, around(inbox, asked)));
}

/** @throws ConfigurationError for a contract the objective does not have */
async function readContract(
  { desk }: Inbox,
  { params }: Asked,
): Promise<{
  readonly contract: NonNullable<Awaited<ReturnType<typeof liveStatus>>['contracts']>[number];
  readonly bundle: ContractBundle | null;
}> {
  const { contracts = [] } = await liveStatus(desk, params.id);
  const contract = contracts.find(({ name }) => name === params.contract);
  if (contract === undefined) throw new ConfigurationError(`There is no contract ${params.contract}.`);
  if (contract.bundle === null) return { contract, bundle: null };
  const stored: unknown = JSON.parse(await desk.blob(contract.bundle));
  return { contract, bundle: ContractBundle.parse(stored) };
}

/** What every page says beside its own; a notice is said once, to whoever reads it. */
function around(
  { by }: Inbox,
  { session, read }: Asked,
): { readonly by: string; readonly notice: string | null } {
  if (!read) return { by, notice: null };
  const { notice } = session;
  session.notice = null;
  return { by, notice };
}

/** An address of the web, and of nothing that runs here. */
function webAddress(address: string | null): string | null {
  return address !== null && URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)
    ? address
    : null;
}
