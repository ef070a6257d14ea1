// Needs no server: what streaming commands print under `--json`, against the shapes that are published.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLineDisplay } from '../../src/cli/live/display';
import { resultLine } from '../../src/cli/live/carry-on';
import { answerCommands } from '../../src/cli/live/questions';
import { packageRoot } from '../../src/config/package-root';
import { StreamEvent } from '../../src/domain/objective/stream-events';
import { table, readDocument, code } from '../docs/documents';
import { eventLines } from '../e2e/event-lines';
import { captureTerminal, escalation, ID, status, task } from './fixtures';

test('events of a run and the last line are valid lines of the published stream', () => {
  const { terminal, out } = captureTerminal({ json: true });
  createLineDisplay(terminal).show(
    status({ events: [{ seq: 1, at: '2030-01-01T00:00:01.000Z', taskId: null, text: 'surveyed' }] }),
  );
  terminal.emit(resultLine(ID, null, 4));
  expect(eventLines(out()).map(({ type }) => type)).toEqual(['event', 'result']);
});

test('a line with a field that is not published, or of an unknown type, is refused by the schema', () => {
  const line = resultLine(ID, null, 4);
  expect(() => eventLines(JSON.stringify({ ...line, colour: 'red' }))).toThrow('additional properties');
  expect(() => eventLines(JSON.stringify({ type: 'news' }))).toThrow('in a line of the stream');
});

test('no line of a stream is printed past its types', () => {
  const root = join(packageRoot(), 'src', 'cli');
  const bypassing = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .filter((name) =>
      /terminal\.emit\(\s*(\{\s*type:|resultLine)/.test(readFileSync(join(root, name), 'utf8')),
    );
  expect(bypassing).toEqual([]);
});

test('docs/headless.md lists every type of line', () => {
  const rows = table(readDocument('docs/headless.md'), 'type').map(([name]) => code(name));
  expect(rows).toEqual(StreamEvent.options.map((option) => option.shape.type.value));
});

test('whatever a run waits for, there is a command that lets it go on', () => {
  const waiting = status({
    state: 'awaiting-human',
    escalations: [escalation()],
    tasks: [task({ waitingFor: 'contract:openapi' })],
  });
  expect(answerCommands(waiting)).toEqual([
    `backend-coordinator resolve ${ID} backend-T001-E1 --decision retry --option retry`,
    `backend-coordinator contract ${ID} openapi --approve`,
  ]);
  expect(answerCommands(status({ state: 'awaiting-approval' }))).toEqual([
    `backend-coordinator plan ${ID} approve`,
  ]);
  expect(answerCommands(status({ state: 'paused' }))).toEqual([`backend-coordinator resume ${ID}`]);
});
