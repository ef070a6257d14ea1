import type { AuditEntry } from '../src/domain/escalation/audit';
import type { Waiting } from '../src/domain/escalation/decision-clock';
import { deciderOf, refuseDecider, type PersonName } from '../src/domain/escalation/decision-rules';
import {
  deploymentWatchId,
  type DeploymentWatchInput,
  type ReportDeployment,
} from '../src/domain/deployment/deployment-watch';
import type { Decision, ResolveEscalation } from '../src/domain/escalation/escalation';
import { tidingsOfDecision } from '../src/domain/notification/news';
import type { IgnoredMessage } from '../src/domain/objective/status';
import {
  askAboutChecks,
  checksToAskAbout,
  type WatchQuestion,
} from '../src/domain/deployment/watch-questions';
import { addSample, newTally } from '../src/domain/deployment/watch-samples';
import type { WatchSample } from '../src/domain/deployment/deployment-watch';
import type { WatchEvent, WatchOutcome } from '../src/domain/deployment/watch-status';
import { isSameDeployment, watchSpan, type WatchProgress } from '../src/domain/deployment/watch-steps';
import { createAuditor, type Auditor } from './audit';
import type { Sender } from './message';
import { NOTHING_TOLD, openTeller, settleNews, tell, type NewsState, type Teller } from './news';

/** Newest events and ignored messages the watch keeps. */
const KEPT_EVENTS = 200;
const KEPT_IGNORED = 50;
/** Characters of a question a decision keeps. */
const KEPT_QUESTION = 300;

/** What carries over when the watch continues as new: plain data that does not grow with the rounds. */
export interface WatchCarried extends WatchProgress {
  readonly startedAt: string;
  readonly rounds: number;
  readonly questions: number;
  readonly decisions: readonly Decision[];
  readonly events: readonly WatchEvent[];
  readonly ignored: readonly IgnoredMessage[];
  readonly lastSeq: number;
  /** Decisions that are not in the audit log yet, and macs of the proofs that were used. */
  readonly unaudited: AuditEntry[];
  readonly usedProofs: string[];
  /** What was told to people so far; absent: nobody is to be told. */
  readonly news?: NewsState;
  /** What the clock of decisions knows of what waits for people; absent: it does not run. */
  readonly waiting?: readonly Waiting[];
}

/** One watch in the hands of one workflow run. */
export interface Watch {
  readonly input: DeploymentWatchInput;
  progress: WatchCarried;
  outcome: WatchOutcome | null;
  readonly audit: Auditor;
  /** Tells people of its questions; null: nobody is to be told. */
  readonly teller: Teller | null;
  /** An error of ours beside the loop, which throws it. */
  bug: Error | null;
  /** Grows with every change; the loop waits for it. */
  revision: number;
}

export const instant = (ms: number): string => new Date(ms).toISOString();

export function openWatch(input: DeploymentWatchInput, carried: WatchCarried | undefined): Watch {
  const now = Date.now();
  const fresh: WatchCarried = {
    startedAt: instant(now),
    since: now,
    deployment: null,
    nextRound: now,
    tallies: [],
    open: [],
    breached: false,
    rolledBack: false,
    rounds: 0,
    questions: 0,
    decisions: [],
    events: [],
    ignored: [],
    lastSeq: 0,
    unaudited: [],
    usedProofs: [],
  };
  const news = carried?.news ?? (input.notifies === true ? NOTHING_TOLD() : undefined);
  const progress = { ...fresh, ...carried, ...(news === undefined ? {} : { news }) };
  const watch: Watch = {
    input,
    progress,
    outcome: null,
    teller: openTeller(deploymentWatchId(input.objectiveId), news, () => input.decisions ?? null),
    audit: createAuditor({
      pending: progress.unaudited,
      subject: {
        objective: deploymentWatchId(input.objectiveId),
        repository: input.repository,
        repositoryLabel: input.repository,
      },
      say: (text) => {
        noteEvent(watch, text);
      },
    }),
    bug: null,
    revision: 0,
  };
  return watch;
}

function change(watch: Watch, next: Partial<WatchCarried>): void {
  watch.progress = { ...watch.progress, ...next };
  watch.revision += 1;
}

/** Records one line of the watch and wakes whoever waits for a change. */
export function noteEvent(watch: Watch, text: string): void {
  const { events, lastSeq } = watch.progress;
  const event = { seq: lastSeq + 1, at: instant(Date.now()), text: text.slice(0, 500) };
  change(watch, { lastSeq: event.seq, events: [...events, event].slice(-KEPT_EVENTS) });
}

/** A message that could not be used is kept for status and otherwise ignored. */
export function ignoreMessage(watch: Watch, name: string, reason: string): void {
  const message = { at: instant(Date.now()), name, reason: reason.slice(0, 500) };
  change(watch, { ignored: [...watch.progress.ignored, message].slice(-KEPT_IGNORED) });
  noteEvent(watch, `ignored a ${name} message: ${reason}`);
}

/** Why a report cannot be taken, or null when it can. */
export function refuseReport(watch: Watch, report: ReportDeployment): string | null {
  // Clocks of two machines may differ a little.
  if (Date.parse(report.deployedAt) > Date.now() + 5 * 60_000)
    return `${report.deployedAt} has not come yet; report a deployment when it is done`;
  const { deployment, open } = watch.progress;
  if (deployment === null || isSameDeployment(deployment.report, report)) return null;
  // Another deployment takes the questions about this one back, and so decides them.
  for (const { escalation } of open) {
    const role = deciderOf(watch.input.decisions ?? null, escalation.trigger);
    if (role !== null)
      return `${escalation.id} is open and for ${role}; once it is answered another deployment can be reported`;
  }
  return null;
}

/** Takes a report in; one of another commit or environment begins the watch anew. Answers what it came to. */
export function takeReport(watch: Watch, report: ReportDeployment): string {
  const { deployment, open } = watch.progress;
  const named = `${report.commit.slice(0, 12)} in ${report.environment}`;
  if (deployment !== null && isSameDeployment(deployment.report, report)) {
    return `${named} is watched since ${instant(deployment.from)} already`;
  }
  if (deployment !== null) {
    noteEvent(watch, `the watch of ${deployment.report.commit.slice(0, 12)} ends for that of ${named}`);
    for (const { escalation } of open) noteEvent(watch, `withdrew ${escalation.id}`);
    settleNews(
      watch,
      open.map(({ escalation }) => escalation.id),
    );
  }
  const span = watchSpan(watch.input.settings, Date.now());
  change(watch, {
    deployment: { report, ...span },
    nextRound: span.from,
    tallies: watch.input.settings.checks.map(newTally),
    open: [],
    breached: false,
    rounds: 0,
  });
  noteEvent(watch, `${named} deployed at ${report.deployedAt}, says ${report.by}`);
  const { commit } = watch.input;
  const other = !commit.startsWith(report.commit) && !report.commit.startsWith(commit);
  if (other) noteEvent(watch, `it is another commit than was delivered: ${commit.slice(0, 12)}`);
  return `${named} is watched until ${instant(span.until)}${other ? '; another commit was delivered' : ''}`;
}

/** Takes in what one round told, and asks where something has to be asked. */
export function takeRound(watch: Watch, samples: readonly WatchSample[]): void {
  const { input, progress } = watch;
  const { settings } = input;
  const tallies = progress.tallies.map((tally) => {
    const sample = samples.find((row) => row.name === tally.name);
    const check = settings.checks.find((row) => row.name === tally.name);
    return sample === undefined || check === undefined ? tally : addSample(tally, check.limit, sample);
  });
  const nextRound = Date.now() + settings.everyMinutes * 60_000;
  change(watch, { tallies, nextRound, rounds: progress.rounds + 1 });
  ask(watch, 'breach');
  ask(watch, 'unanswered');
}

function ask(watch: Watch, about: WatchQuestion['about']): void {
  const { progress, input } = watch;
  const tallies = checksToAskAbout(about, progress.tallies, progress.open, input.settings);
  if (tallies.length === 0 || progress.deployment === null) return;
  const question = askAboutChecks(about, tallies, {
    number: progress.questions + 1,
    raisedAt: instant(Date.now()),
    input,
    deployment: progress.deployment.report,
  });
  change(watch, {
    open: [...progress.open, question],
    questions: progress.questions + 1,
    breached: progress.breached || about === 'breach',
  });
  noteEvent(watch, `asks ${question.escalation.id}: ${question.escalation.question}`);
  tell(watch, { kind: 'escalation', subject: question.escalation.id });
}

/** Why an answer cannot be taken, or null when it can. */
export function refuseAnswer(
  watch: Watch,
  message: ResolveEscalation,
  person: PersonName | null,
): string | null {
  const { open, decisions } = watch.progress;
  const { escalationId: id } = message;
  const earlier = decisions.find((decision) => decision.escalationId === id);
  if (earlier !== undefined) {
    return `${id} is already decided: ${earlier.decision} by ${earlier.by} at ${earlier.decidedAt}`;
  }
  const asked = open.find((row) => row.escalation.id === id)?.escalation;
  if (asked === undefined) {
    const ids = open.map((row) => row.escalation.id).join(', ');
    return `there is no escalation ${id}; ${ids === '' ? 'nothing is open' : `open: ${ids}`}`;
  }
  const offered = asked.options.filter((option) => option.decision === message.decision);
  if (offered.length === 0) {
    const kinds = asked.options.map((option) => option.decision).join(', ');
    return `${message.decision} is not offered for ${id}; choose one of ${kinds}`;
  }
  return message.option === undefined || offered.some((option) => option.id === message.option)
    ? refuseDecider(watch.input.decisions ?? null, asked.trigger, person)
    : `${id} has no option ${message.option} for ${message.decision}`;
}

/** Records an answer and acts on it. */
export function takeAnswer(watch: Watch, message: ResolveEscalation, sender: Sender): string {
  const { channel, speaker } = sender;
  const { open, tallies, decisions } = watch.progress;
  const question = open.find((row) => row.escalation.id === message.escalationId);
  const about = new Set(question?.checks ?? []);
  const decision: Decision = {
    escalationId: message.escalationId,
    ...(question === undefined ? {} : { trigger: question.escalation.trigger }),
    decision: message.decision,
    option: message.option ?? null,
    guidance: message.guidance ?? null,
    assignee: null,
    by: message.by,
    channel,
    decidedAt: instant(Date.now()),
    person: speaker?.person ?? null,
    via: speaker?.channel ?? null,
    ...(question === undefined ? {} : { question: question.escalation.question.slice(0, KEPT_QUESTION) }),
  };
  change(watch, {
    open: open.filter((row) => row !== question),
    decisions: [...decisions, decision],
    rolledBack: message.decision === 'abort',
    tallies: tallies.map((tally) =>
      about.has(tally.name)
        ? {
            ...tally,
            accepted: tally.accepted || message.decision === 'accept',
            breachesInRow: 0,
            unansweredInRow: 0,
          }
        : tally,
    ),
  });
  noteEvent(watch, `${message.escalationId} decided: ${message.decision} by ${message.by} (${channel})`);
  watch.audit.note({
    message: 'resolveEscalation',
    body: message,
    sender,
    saw: question === undefined ? null : { kind: 'escalation', escalation: question.escalation },
  });
  tell(watch, tidingsOfDecision(decision));
  return `${message.escalationId}: ${message.decision} by ${message.by}`;
}
