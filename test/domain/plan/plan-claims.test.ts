// Needs nothing: what a plan claims is pure.
import { endpointKey, planClaims, tableKey } from '../../../src/domain/plan/plan-claims';
import { claimCovers } from '../../../src/domain/plan/path-claims';
import { planTask, taskId } from '../tasks';

it('a task claims what it owns, not what it shares; one that owns nothing claims nothing', () => {
  expect(
    planClaims([
      planTask(1, { owns: ['src/auth/**', 'src/auth/**'], shares: ['package.json'] }),
      planTask(2, { owns: [], shares: ['src/routes.ts'] }),
    ]),
  ).toEqual([{ taskId: taskId(1), paths: ['src/auth/**'], tables: [], endpoints: [] }]);
});

it('a schema task claims the tables it names, and nothing that only looks like a name', () => {
  const [task] = planClaims([
    planTask(1, {
      kind: 'schema',
      objective: 'ALTER TABLE public.users ADD email; a new table for sessions; the refresh_tokens table.',
      requirements: ['Table `audit.entries` keeps who did what', 'the table is small', 'tables "a" and "b"'],
    }),
  ]);
  expect(task?.tables).toEqual(['users', 'audit.entries', 'a', 'refresh_tokens']);
  expect(planClaims([planTask(1, { objective: 'ALTER TABLE users' })])[0]?.tables).toEqual([]);
});

it('a contract task claims the endpoints it names, whatever their parameters are called', () => {
  const [task] = planClaims([
    planTask(1, {
      kind: 'contract',
      objective: 'POST /auth/login answers 200, `GET /users/{id}`; see GET /users/:user.',
      acceptanceCriteria: ['DELETE /sessions/{id}/ is there.'],
    }),
  ]);
  expect(task?.endpoints).toEqual(['POST /auth/login', 'GET /users/{}', 'DELETE /sessions/{}']);
});

it('keys of tables and endpoints do not depend on how they are written', () => {
  expect(tableKey('"public"."Users"')).toBe('users');
  expect(endpointKey('GET /a/{b}/c/')).toBe('GET /a/{}/c');
  expect(endpointKey('GET /')).toBe('GET /');
});

it('a plan with thousands of paths claims folders that cover all of them', () => {
  const tasks = Array.from({ length: 100 }, (_, task) =>
    planTask(task + 1, {
      owns: Array.from(
        { length: 50 },
        (__, file) => `src/area${task % 10}/part${file % 5}/x/y/file${file}.ts`,
      ),
    }),
  );
  const claims = planClaims(tasks);
  expect(claims.reduce((sum, row) => sum + row.paths.length, 0)).toBeLessThanOrEqual(400);
  for (const [index, { paths }] of claims.entries()) {
    for (const owned of tasks[index]?.owns ?? []) {
      expect(paths.some((path) => claimCovers(path, owned))).toBe(true);
    }
  }
});
