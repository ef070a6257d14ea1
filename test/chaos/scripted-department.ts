import { HANDOFF, turnOf, type StubAnswer, type StubRequest } from '../support/provider-stub';
import { answerLastQuestion } from '../../bench/last-questions';
import { readConversation } from '../../src/offline/conversation';
import { MessagesRequest } from '../../src/offline/messages-request';
import { NOTHING_TOUCHED, planTask } from '../domain/tasks';

/** Tasks of the chaos objective; they run in parallel and touch nothing of each other. */
export const TASKS = ['backend-T001', 'backend-T002', 'backend-T003'] as const;
export const STEPS = 6;

/** The command whose effect is counted: it leaves a line, and gives a killer time before it is recorded. */
const command = (task: string, step: number): string =>
  `echo step-${String(step)} >> docs/${task}/effects.txt && sleep 0.2`;

/**
 * Answers by what the request holds and nothing else: six steps, each a file written and a command run, the command
 * again where its outcome was lost, then the handoff.
 */
export function scriptedAnswer(request: StubRequest): StubAnswer {
  const title = request.output_config?.format?.schema.title;
  if (title === 'analyse') return json(ANALYSIS);
  if (title === 'plan') return json(PLAN);
  const last = answerLastQuestion(title, readConversation(MessagesRequest.parse(request)).told);
  if (last !== null) return json(last);
  if (title !== undefined) throw new Error(`Nothing is scripted for the question ${title}`);
  const told = JSON.stringify(request.messages);
  const task = /TASK ID: (backend-T\d+)/.exec(told)?.[1] ?? '';
  const written = [...told.matchAll(/"file_path":"docs\/[^"]*file-(\d+)\.md"/g)].map((match) => match[1]);
  const step = new Set(written).size;
  if (JSON.stringify(request.messages.at(-1)).includes('its outcome is unknown')) {
    return { kind: 'turn', tools: [bash(request, task, step)] };
  }
  if (step >= STEPS) return HANDOFF;
  const next = step + 1;
  return {
    kind: 'turn',
    tools: [
      {
        id: callId(request, task, 'w'),
        name: 'write',
        input: { file_path: `docs/${task}/file-${String(next)}.md`, content: `# Step ${String(next)}\n` },
      },
      bash(request, task, next),
    ],
  };
}

function bash(request: StubRequest, task: string, step: number) {
  return { id: callId(request, task, 'b'), name: 'bash', input: { command: command(task, step) } };
}

/** The same request gets the same ids, and no two turns of a conversation do. */
function callId(request: StubRequest, task: string, kind: string): string {
  return `toolu_${task.slice(-4)}_${String(turnOf(request))}_${kind}`;
}

function json(value: unknown): StubAnswer {
  return { kind: 'turn', text: JSON.stringify(value) };
}

const ANALYSIS = NOTHING_TOUCHED;

const PLAN = {
  summary: 'Three notes.',
  tasks: TASKS.map((id) =>
    planTask(Number(id.slice(-3)), {
      kind: 'documentation',
      specialist: 'database-admin',
      owns: [`docs/${id}/**`],
      shares: [],
    }),
  ),
};
