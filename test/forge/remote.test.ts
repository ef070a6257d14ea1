// Needs nothing.
import { createFindForge, type ForgeAccess } from '../../src/forge/forges';
import { readRemote } from '../../src/forge/remote';

test.each([
  ['https://github.com/acme/orders.git', 'github.com', 'https://github.com', 'acme/orders'],
  ['https://x:secret@GitHub.com/acme/orders', 'github.com', 'https://github.com', 'acme/orders'],
  [
    'ssh://git@git.example.com:2222/acme/orders.git',
    'git.example.com',
    'https://git.example.com',
    'acme/orders',
  ],
  ['git@github.com:acme/orders.git', 'github.com', 'https://github.com', 'acme/orders'],
  ['git@gitlab.com:acme/shop/orders.git', 'gitlab.com', 'https://gitlab.com', 'acme/shop/orders'],
  ['http://127.0.0.1:8080/acme/orders.git', '127.0.0.1', 'http://127.0.0.1:8080', 'acme/orders'],
])('%s is a repository on a host', (address, host, web, path) => {
  expect(readRemote(address)).toEqual({ host, web, path });
});

test.each([
  '/srv/git/orders.git',
  './orders',
  'file:///srv/orders.git',
  'https://github.com/acme',
  'git@host:../../etc',
])('%s is none', (address) => {
  expect(readRemote(address)).toBeNull();
});

const NOTHING: ForgeAccess = {
  github: {
    token: undefined,
    enterpriseToken: undefined,
    apiUrl: undefined,
    serverUrl: undefined,
    host: undefined,
  },
  gitlab: { token: undefined, host: undefined },
};
const whyNot = (access: ForgeAccess, address: string): string | null => {
  const found = createFindForge(access)(address);
  return found.kind === 'none' ? found.why : null;
};
const github = (more: Partial<ForgeAccess['github']>): ForgeAccess => ({
  ...NOTHING,
  github: { ...NOTHING.github, ...more },
});

test('a missing token is told with its name', () => {
  expect(whyNot(NOTHING, 'https://github.com/acme/orders')).toMatch(/^set GITHUB_TOKEN \(or GH_TOKEN\)/);
  expect(whyNot(NOTHING, 'https://gitlab.com/acme/orders')).toMatch(/^set GITLAB_TOKEN/);
});

test('a token for github.com is for no other host unless somebody says so', () => {
  const token = 'token-of-github';
  expect(whyNot(github({ token }), 'https://github.com/acme/orders')).toBeNull();
  expect(whyNot(github({ token }), 'https://git.evil.example/acme/orders')).toMatch(
    /no token is for git.evil.example/,
  );
  expect(whyNot(github({ token, host: 'git.acme.example' }), 'git@git.acme.example:acme/orders')).toBeNull();
  expect(
    whyNot(
      github({ token, apiUrl: 'https://api.github.com', serverUrl: 'https://github.com' }),
      'https://git.evil.example/acme/orders',
    ),
  ).toMatch(/no token is for/);
  expect(whyNot(github({ enterpriseToken: token }), 'https://git.acme.example/acme/orders')).toBeNull();
});

test('the token of a job on another server goes neither to github.com nor to ghe.com; GH_TOKEN does', () => {
  const job = { token: 'token-of-acme', serverUrl: 'https://git.acme.example' };
  const jobs = [job, { ...job, apiUrl: 'https://git.acme.example/api/v3' }];
  const alone = { token: 'token-of-acme', apiUrl: 'https://git.acme.example/api/v3' };
  for (const of of [...jobs, alone]) {
    for (const address of ['https://github.com/acme/orders', 'git@acme.ghe.com:acme/orders']) {
      expect(whyNot(github(of), address)).toMatch(
        /^set GH_TOKEN to a token .*; GITHUB_TOKEN is for the server that/,
      );
      expect(whyNot(github({ ...of, ghToken: 'token-of-github' }), address)).toBeNull();
    }
  }
  expect(
    whyNot(
      github({ token: 'token-of-github', serverUrl: 'https://github.com' }),
      'https://github.com/acme/orders',
    ),
  ).toBeNull();
});

test('an API that is named alone is for its own host, and no origin gets its token for the asking', () => {
  const of = (apiUrl: string): ForgeAccess => github({ token: 'token-of-acme', apiUrl });
  const api = 'https://git.acme.example/api/v3';
  expect(whyNot(of(api), 'https://git.acme.example/acme/orders')).toBeNull();
  expect(whyNot(of('https://api.git.acme.example'), 'git@git.acme.example:acme/orders')).toBeNull();
  expect(whyNot(of(api), 'https://git.evil.example/acme/orders')).toMatch(/no token is for git.evil.example/);
  // A host of one's own may have a port in the variable.
  const gitlab = { token: 'token-of-gitlab', host: 'https://git.acme.example:8443' };
  expect(whyNot({ ...NOTHING, gitlab }, 'https://git.acme.example:8443/acme/orders')).toBeNull();
});

test.each(['http://github.com/acme/orders', 'http://gitlab.com/acme/orders', 'http://git.acme.example/a/b'])(
  'no token goes to %s, where anybody on the way could read it',
  (address) => {
    const access = {
      ...github({ token: 'a-token', enterpriseToken: 'b-token' }),
      gitlab: { token: 'c-token', host: undefined },
    };
    expect(whyNot(access, address)).toMatch(
      /no token is sent without TLS; give the origin an address .*https:/,
    );
  },
);

test('an origin that is a folder has no pull requests', () => {
  expect(whyNot(github({ token: 'any-token' }), '/srv/git/orders.git')).toMatch(/no repository on a host/);
});
