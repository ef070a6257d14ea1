import {
  condition,
  defineQuery,
  defineSignal,
  patched,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import { INTERNAL } from '../src/domain/objective/message-descriptions';
import {
  CONTRACT_REVIEWED,
  CONTRACT_STATUS,
  COORDINATION_ORDER,
  ContractOrder,
  ContractReviewed,
  type ContractInput,
  type CoordinationAnswer,
} from '../src/domain/coordination/coordination-orders';
import { contractMarkdown } from '../src/domain/coordination/coordination-markdown';
import type { ContractStatus } from '../src/domain/contract/contract-status';
import type { AnnounceContractRequest, InspectContractResult } from '../src/domain/contract/contract-work';
import { FRONTEND_COORDINATOR, mention } from '../src/domain/department/specialists';
import { createReporter } from './coordination-report';
import { advisers, announcements, contracts, models } from './proxies';
import { takeOrders } from './take-orders';
import { throughWalls } from './through-walls';

/** The peer who is shown what does not fit (charter: "Peer Consultation"). */
const PEER = 'api-architect';

type Designed = Extract<ContractOrder, { kind: 'designed' }>;
type Integrate = Extract<ContractOrder, { kind: 'integrate' }>;
type Usable = Extract<InspectContractResult, { outcome: 'usable' }>;

/**
 * One API contract from its first draft to the test with its consumers (charter: "API Contract Coordination"): what a
 * task designed is inspected, shared by its hash and validated by the frontend; approved, it is locked, and what is
 * built is tested against exactly that revision. It does what its objective orders, and answers by signals.
 */
export async function apiContractWorkflow(input: ContractInput): Promise<ContractStatus> {
  const { handle, rules } = input;
  const reporter = createReporter(input.objectiveId);
  const orders: ContractOrder[] = [];
  const reviews: ContractReviewed[] = [];
  const announcing: Promise<unknown>[] = [];
  let status: ContractStatus = input.known;

  const label = (): string =>
    `${status.name}${status.hash === null ? '' : `@${status.hash.slice(0, 8)}`} · revision ${status.revision}`;
  const become = (change: Partial<ContractStatus>): void => {
    status = { ...status, ...change };
    setCurrentDetails(
      contractMarkdown(status, { objectiveId: input.objectiveId, asksHuman: rules.review !== 'agent' }),
    );
  };
  const answer = (order: Designed | Integrate, said: CoordinationAnswer): Promise<void> =>
    reporter.answer(order.request, said, { contract: status });

  setHandler(
    defineSignal<[unknown]>(COORDINATION_ORDER),
    (payload) => {
      const order = ContractOrder.safeParse(payload);
      if (order.success) orders.push(order.data);
    },
    { description: INTERNAL },
  );
  setHandler(
    defineSignal<[unknown]>(CONTRACT_REVIEWED),
    (payload) => {
      const review = ContractReviewed.safeParse(payload);
      if (review.success) reviews.push(review.data);
    },
    { description: INTERNAL },
  );
  setHandler(defineQuery<ContractStatus>(CONTRACT_STATUS), () => status, {
    description: 'The contract: revision, hash, state, who decided, comments',
  });
  become({});

  /** Nobody waits for a webhook; one that is down is tried again until it answers. */
  function announce(event: AnnounceContractRequest['event']): void {
    const { name, revision, hash, bundle } = status;
    if (hash === null || bundle === null) return;
    announcing.push(
      announcements.announceContract
        .executeWithOptions({ summary: `announce · ${event} · ${label()}` }, [
          { handle, name, revision, hash, bundle, event },
        ])
        .catch(() => undefined),
    );
  }

  /** Step 1: what was designed has to be a contract one can build upon. */
  async function inspect(order: Designed): Promise<Usable | null> {
    const found = await contracts.inspectContract.executeWithOptions(
      { summary: `1 design · inspect ${status.path ?? status.name}` },
      [{ handle, commit: order.commit, path: status.path }],
    );
    const say = (verdict: 'none' | 'refused', comments: string[]): Promise<void> =>
      answer(order, { kind: 'contract', verdict, comments, by: 'the inspection of the contract' });
    if (found.outcome === 'none') {
      reporter.note(order.taskId, `no contract to agree on: ${found.reason}`);
      await say('none', [found.reason]);
      return null;
    }
    if (found.outcome === 'refused') {
      become({ path: found.path, state: 'refused', comments: found.problems });
      reporter.note(order.taskId, `contract refused: ${found.problems.join('; ')}`);
      await say('refused', found.problems);
      return null;
    }
    return found;
  }

  /** Step 2: a bundle everybody can look at, named by its hash. */
  async function share(order: Designed, found: Usable): Promise<void> {
    const revision = status.revision + 1;
    const { name } = status;
    const published = await contracts.publishContract.executeWithOptions(
      { summary: `2 share · ${name}@${found.hash.slice(0, 8)} · revision ${revision}` },
      [{ handle, commit: order.commit, name, path: found.path, hash: found.hash, revision }],
    );
    become({
      path: found.path,
      hash: found.hash,
      revision,
      bundle: published.bundle,
      state: 'shared',
      by: null,
      comments: [],
    });
    reporter.note(order.taskId, `contract ${label()} shared: ${published.summary}`);
    announce('shared');
    await reporter.tell({ contract: status });
  }

  /** Step 3: the frontend approves exactly this revision, or says what has to change. */
  async function validate(order: Designed, earlier: readonly string[]): Promise<ContractReviewed | null> {
    const { revision, bundle } = status;
    if (rules.review === 'agent' && bundle !== null) {
      const said = await throughWalls(() =>
        advisers.validateContract.executeWithOptions(
          { summary: `3 validate · ${mention(FRONTEND_COORDINATOR)} · ${label()}` },
          [
            {
              handle,
              plan: order.plan,
              taskId: order.taskId,
              bundle,
              revision,
              earlier: earlier.slice(0, 10),
              ...(order.allowanceUsd === undefined ? {} : { allowanceUsd: order.allowanceUsd }),
            },
          ],
        ),
      );
      reporter.cost(FRONTEND_COORDINATOR, said.usage);
      return {
        revision,
        decision: said.decision,
        comments: said.comments,
        by: mention(FRONTEND_COORDINATOR),
      };
    }
    reporter.note(order.taskId, `contract ${label()} waits to be reviewed`);
    await answer(order, { kind: 'contract', verdict: 'waiting', comments: [], by: '' });
    const reviewed = (): boolean => reviews.some((row) => row.revision === revision) || orders.length > 0;
    if (rules.review === 'auto') await condition(reviewed, rules.deadlineHours * 3_600_000);
    else await condition(reviewed);
    const review = reviews.find((row) => row.revision === revision);
    if (review !== undefined || orders.length > 0) return review ?? null;
    const by = `nobody objected within ${rules.deadlineHours} h`;
    return { revision, decision: 'approve', comments: [], by };
  }

  /** Orders another task's revision took the place of while they waited. */
  let replaced: Designed[] = [];

  /** They are told once the newest revision is decided: looked at sooner, they would take its place in turn, for ever. */
  async function tellReplaced(): Promise<void> {
    // In older histories they waited for ever.
    if (replaced.length === 0 || !patched('replaced-orders-are-answered')) return;
    const told = replaced;
    replaced = [];
    for (const order of told) {
      reporter.note(order.taskId, `contract ${status.name} was shared anew by another task meanwhile`);
      await answer(order, { kind: 'contract', verdict: 'replaced', comments: [], by: '' });
    }
  }

  async function design(order: Designed): Promise<void> {
    // What the same task asked before is asked by nobody any more.
    replaced = replaced.filter(({ taskId }) => taskId !== order.taskId);
    try {
      await agree(order);
    } finally {
      if (!replaced.includes(order)) await tellReplaced();
    }
  }

  async function agree(order: Designed): Promise<void> {
    const found = await inspect(order);
    if (found === null) return;
    const said = (verdict: 'unchanged' | 'changes-requested', comments: string[]): Promise<void> =>
      answer(order, { kind: 'contract', verdict, comments, by: status.by ?? 'the base' });
    const isSame = found.hash === status.hash;
    const isLocked = ['approved', 'tested', 'failed'].includes(status.state);
    if ((isSame && isLocked) || (status.revision === 0 && !found.changed)) return said('unchanged', []);
    if (isSame && status.state === 'changes-requested')
      return said('changes-requested', [...status.comments]);
    const earlier = status.comments;
    await share(order, found);
    const review = await validate(order, earlier);
    if (review === null) {
      replaced.push(order);
      return;
    }
    const { decision, comments, by } = review;
    become({ state: decision === 'approve' ? 'approved' : 'changes-requested', by, comments });
    announce(decision === 'approve' ? 'approved' : 'changes-requested');
    reporter.note(
      order.taskId,
      `contract ${label()}: ${decision === 'approve' ? 'approved and locked' : 'changes requested'} by ${by}`,
    );
    const verdict = decision === 'approve' ? 'approved' : 'changes-requested';
    await answer(order, { kind: 'contract', verdict, comments, by });
  }

  /** Step 5: what is built answers as the approved revision says; a peer looks at what does not. */
  async function integrate(order: Integrate): Promise<void> {
    const { bundle, taskId } = status;
    if (bundle === null) {
      await answer(order, { kind: 'tested', outcome: 'not-executed', mismatches: [], advice: null });
      return;
    }
    const tested = await contracts.testContract.executeWithOptions({ summary: `5 integrate · ${label()}` }, [
      { handle, commit: order.commit, bundle },
    ]);
    const { outcome, mismatches, summary } = tested;
    if (outcome === 'not-executed') become({ test: tested.report, comments: tested.notExecuted });
    else
      become({
        state: outcome === 'passed' ? 'tested' : 'failed',
        test: tested.report,
        comments: mismatches,
      });
    reporter.note(null, `contract ${label()} with its consumers: ${summary}`);
    announce('tested');
    let advice: string | null = null;
    if (outcome === 'failed') {
      const question = `The service does not answer as contract ${status.name} says:\n${mismatches.join('\n')}`;
      const said = await throughWalls(() =>
        models.consultPeer.executeWithOptions({ summary: `L2 · ${mention(PEER)} · mismatch of ${label()}` }, [
          {
            handle,
            plan: order.plan,
            taskId,
            peer: PEER,
            question: { concern: 'contract', question: question.slice(0, 4000) },
            ...(order.allowanceUsd === undefined ? {} : { allowanceUsd: order.allowanceUsd }),
          },
        ]),
      );
      reporter.cost(PEER, said.usage);
      advice = [said.advice.summary, ...said.advice.recommendations].join('\n').slice(0, 1500);
    }
    await answer(order, { kind: 'tested', outcome, mismatches, advice });
  }

  await takeOrders(orders, {
    role: FRONTEND_COORDINATOR,
    reporter,
    carryOut: (order) => (order.kind === 'designed' ? design(order) : integrate(order)),
    answer,
  });
  await Promise.all(announcing);
  return status;
}
