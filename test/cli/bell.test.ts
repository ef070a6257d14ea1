// Needs no server.
import { bellOf, withBell } from '../../src/cli/live/bell';
import type { Display } from '../../src/cli/live/display';
import { escalation, status, task } from './fixtures';

const silent: Display = {
  show: () => undefined,
  note: () => undefined,
  pause: () => undefined,
  close: () => undefined,
};

test('rings once for each thing that begins to wait for a human', () => {
  let rung = 0;
  const display = withBell(silent, () => (rung += 1));
  display.show(status());
  expect(rung).toBe(0);
  const asked = status({ escalations: [escalation()] });
  display.show(asked);
  display.show(asked);
  expect(rung).toBe(1);
  display.show(status({ escalations: [escalation(), escalation({ id: 'backend-T002-E1' })] }));
  expect(rung).toBe(2);
  display.show(status({ state: 'awaiting-approval', plan: { version: 1, ref: 'a'.repeat(64) } }));
  display.show(status({ state: 'awaiting-approval', plan: { version: 2, ref: 'a'.repeat(64) } }));
  display.show(status({ tasks: [task({ waitingFor: 'contract:orders-api' })] }));
  expect(rung).toBe(5);
});

test('what is shown is shown all the same', () => {
  const shown: unknown[] = [];
  const display = withBell({ ...silent, show: (seen) => shown.push(seen) }, () => undefined);
  const seen = status({ escalations: [escalation()] });
  display.show(seen);
  expect(shown).toEqual([seen]);
});

test('writes to a terminal only, and only where it is wanted', () => {
  const written: string[] = [];
  const stream = (isTTY: boolean) => ({ isTTY, write: (text: string) => written.push(text) });
  expect(bellOf(false, stream(true))).toBeNull();
  expect(bellOf(true, stream(false))).toBeNull();
  bellOf(true, stream(true))?.();
  expect(written).toEqual(['\u0007']);
});
