import type { WATCH_MESSAGES, WATCH_QUERIES } from '../deployment/deployment-watch';
import type { MESSAGES, QUERIES } from './messages';

type Message = keyof typeof MESSAGES | keyof typeof WATCH_MESSAGES;
type Query = keyof typeof QUERIES | keyof typeof WATCH_QUERIES;

/** What a message does and takes, in a line; the Web UI shows it beside the name. Fields with `?` may be left out. */
export const MESSAGE_DESCRIPTIONS: Readonly<Record<Message, string>> = {
  resolveEscalation:
    'Answers an open question: {"escalationId", "decision": "retry|reassign|accept|skip|abort", "option"?, "guidance"? (needed for accept), "assignee"? (needed for reassign), "by"}',
  reviewPlan:
    'Approves, edits or rejects the plan: {"decision": "approve|edit|reject", "baseVersion"?, "plan"?, "patch"?, "comment"?, "by"}',
  reviewContract:
    'Reviews an API contract that was shared: {"contract", "decision": "approve|request-changes", "comments"?, "by"}',
  steer: 'Tells the specialists of one task, or of all, something: {"taskId"?, "message", "by"}',
  pause: 'Lets nothing new start until resume: {"by", "reason"?}',
  resume: 'Goes on after pause: {"by", "reason"?}',
  cancelTask: 'Skips a task and what depends on it: {"taskId", "by", "reason"?}',
  takeFeedback:
    'Makes tasks of what was said about the pull request; the command feedback sends it: {"feedback", "keys", "by"}',
  setBudget: 'Sets the most the objective may spend in all, in US dollars: {"usd", "by"}',
  reportDeployment:
    'Says that it was deployed, from when on it is watched: {"environment", "commit", "deployedAt", "by"}',
};

/** What a query answers. */
export const QUERY_DESCRIPTIONS: Readonly<Record<Query, string>> = {
  objectiveStatus: 'The whole snapshot: state, tasks, attempts, questions, decisions, cost, events',
  openEscalations: 'The open questions, with evidence and options',
  watchStatus: 'The whole snapshot of the watch: deployment, checks, questions, decisions, events',
};

/** Of messages and queries that the department's own workflows and attempts use among themselves. */
export const INTERNAL = 'For the department itself, not for people';
