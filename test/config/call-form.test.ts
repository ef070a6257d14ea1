// Pure: needs no server, no Temporal, no PostgreSQL, no git.
import { callFormOf } from '../../src/config/call-form';

const words = 'resolve objective-x-0123abcd backend-T001-E1 --decision retry';

test.each([
  [
    'an npm script',
    { npm_lifecycle_event: 'attach' },
    '/x/bin/backend-coordinator.js',
    `npm run resolve -- ${words.slice(8)}`,
  ],
  [
    'npx',
    { npm_lifecycle_event: 'npx' },
    '/x/node_modules/.bin/backend-coordinator',
    `npx backend-coordinator ${words}`,
  ],
  ['its name', {}, '/usr/local/bin/backend-coordinator', `backend-coordinator ${words}`],
  ['a file nearby', {}, '/x/bin/backend-coordinator.js', `node bin/backend-coordinator.js ${words}`],
  ['a file elsewhere', {}, '/y z/backend-coordinator.js', `node '/y z/backend-coordinator.js' ${words}`],
  [
    'a file, under a script of another name',
    { npm_lifecycle_event: 'test' },
    '/x/bin/c.js',
    `node bin/c.js ${words}`,
  ],
])('called through %s, commands are printed that way', (_how, variables, script, expected) => {
  expect(callFormOf({ script, command: 'attach', cwd: '/x', variables })(words)).toBe(expected);
});

test('a command without arguments needs no separator in an npm script', () => {
  const call = callFormOf({
    script: '/x/c.js',
    command: 'list',
    cwd: '/x',
    variables: { npm_lifecycle_event: 'list' },
  });
  expect(call('server')).toBe('npm run server');
  expect(call('server --stop')).toBe('npm run server -- --stop');
});
