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

test.each([
  ['from within the checkout', '/src/c/docs', 'npm run list'],
  ['from beside it', '/src', 'npm --prefix /src/c run list'],
  ['from a folder whose name begins alike', '/src/c-2', 'npm --prefix /src/c run list'],
  ['from nobody knows where', undefined, 'npm run list'],
])('an npm script called %s is printed as it works there', (_how, stands, expected) => {
  const variables = {
    npm_lifecycle_event: 'list',
    npm_package_json: '/src/c/package.json',
    INIT_CWD: stands,
  };
  const call = callFormOf({ script: '/src/c/bin/c.js', command: 'list', cwd: '/src/c', variables });
  expect(call('list')).toBe(expected);
});

test('a checkout in a folder with spaces and quotes is one word', () => {
  const variables = {
    npm_lifecycle_event: 'list',
    npm_package_json: "/it's a/c/package.json",
    INIT_CWD: '/x',
  };
  const call = callFormOf({ script: 'c.js', command: 'list', cwd: '/y', variables });
  expect(call('status a')).toBe("npm --prefix '/it'\\''s a/c' run status -- a");
});
