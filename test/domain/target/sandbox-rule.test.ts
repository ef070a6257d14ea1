// Pure: needs no server, no Temporal, no PostgreSQL, no git.
import { unconfined } from '../../../src/domain/target/sandbox-rule';

const offline = { kind: 'offline', playbook: 'auth', scenario: 'default' } as const;
const live = { kind: 'anthropic' } as const;
const own = { level: 'none', sample: true, model: offline, allowUnsandboxed: false };

test('where a sandbox works, everything may run', () => {
  expect(unconfined({ ...own, level: 'bubblewrap', sample: false, model: live })).toBeNull();
});

test('without one, the sample with the offline model may run', () => {
  expect(unconfined(own)).toBeNull();
});

test.each([
  ["another repository's code", { sample: false }],
  ['what a live model writes', { model: live }],
])('without one, %s may not, unless the user allowed it', (what, over) => {
  expect(unconfined({ ...own, ...over })).toBe(what);
  expect(unconfined({ ...own, ...over, allowUnsandboxed: true })).toBeNull();
});
