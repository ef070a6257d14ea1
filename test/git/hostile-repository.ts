// Needs git; makes a repository that would run commands wherever git lets one.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { git, makeRepository, put } from './fixture';

const HOOKS = [
  ...[
    'applypatch-msg',
    'pre-applypatch',
    'pre-commit',
    'pre-merge-commit',
    'prepare-commit-msg',
    'commit-msg',
  ],
  ...['post-commit', 'pre-rebase', 'post-checkout', 'post-merge', 'pre-push', 'pre-receive', 'update'],
  ...['proc-receive', 'post-receive', 'post-update', 'reference-transaction', 'push-to-checkout'],
  ...['pre-auto-gc', 'post-rewrite', 'fsmonitor-watchman', 'post-index-change', 'sendemail-validate'],
];

/** Settings whose value git runs, or that let another one be run. `RUN` stands for the command. */
const SETTINGS: Readonly<Record<string, string>> = {
  'alias.add': '!RUN',
  'alias.fetch': '!RUN',
  'core.alternateRefsCommand': 'RUN',
  'core.askPass': 'RUN',
  'core.editor': 'RUN',
  'core.fsmonitor': 'RUN',
  'core.gitProxy': 'RUN',
  'core.pager': 'RUN',
  'core.sshCommand': 'RUN',
  'credential.helper': '!RUN',
  'commit.gpgSign': 'true',
  'diff.evil.command': 'RUN',
  'diff.evil.textconv': 'RUN',
  'diff.external': 'RUN',
  'filter.evil.clean': 'RUN',
  'filter.evil.process': 'RUN',
  'filter.evil.required': 'true',
  'filter.evil.smudge': 'RUN',
  'filter.lfs.clean': 'RUN',
  'filter.lfs.process': 'RUN',
  'filter.lfs.required': 'true',
  'filter.lfs.smudge': 'RUN',
  'gpg.program': 'RUN',
  'gpg.ssh.defaultKeyCommand': 'RUN',
  'interactive.diffFilter': 'RUN',
  'man.evil.cmd': 'RUN',
  'merge.default': 'evil',
  'merge.evil.driver': 'RUN %A',
  'pager.diff': 'RUN',
  'pager.log': 'RUN',
  'protocol.allow': 'always',
  'protocol.ext.allow': 'always',
  'receive.fsckObjects': 'false',
  'remote.origin.receivepack': 'RUN',
  'remote.origin.uploadpack': 'RUN',
  'sequence.editor': 'RUN',
  'submodule.recurse': 'true',
  'submodule.module.update': '!RUN',
  'tag.gpgSign': 'true',
  'trailer.evil.command': 'RUN',
  'trailer.evil.cmd': 'RUN',
  'uploadpack.packObjectsHook': 'RUN',
};

export const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12345\n`;

/**
 * A repository with hooks, settings and attributes that leave `trap` behind when git runs any of them, with a
 * submodule, LFS pointers, binary files, names that differ in case only or are no UTF-8, and links that loop or lead
 * out.
 */
export function makeHostileRepository(path: string, trap: string): string {
  const script = join(path, '..', 'trap.sh');
  writeFileSync(script, `#!/bin/sh\ntouch '${trap}'\ncat\n`);
  chmodSync(script, 0o755);
  const run = `sh '${script}'`;
  makeRepository(path, {
    'a.txt': 'one\ntwo\nthree\n',
    'README.md': 'upper',
    'readme.md': 'lower',
    'Src/x.js': 'upper',
    'src/x.js': 'lower',
    'assets/big.psd': POINTER,
    'secret/plan.txt': '$Format:%H$ $Id$',
    'binary.bin': '\0\u0001\u0002\n\0',
    '-rf': 'looks like an option',
    ':(exclude)*': 'looks like a pathspec',
    '"quoted"\n\tname': 'odd',
    '.gitattributes': [
      '* filter=evil diff=evil merge=evil export-subst ident',
      '*.psd filter=lfs diff=lfs merge=lfs -text',
      'secret/** export-ignore',
      '',
    ].join('\n'),
    '.lfsconfig': `[lfs]\n\turl = ext::${run}\n`,
  });
  symlinkSync('loop', join(path, 'loop'));
  mkdirSync(join(path, 'links'));
  symlinkSync('..', join(path, 'links', 'up'));
  symlinkSync('/etc/passwd', join(path, 'links', 'passwd'));
  execFileSync('sh', ['-c', 'printf x > "$(printf \'links/not-utf8-\\377\')"'], { cwd: path });
  const module = join(path, '..', 'module');
  makeRepository(module, { 'inside.txt': 'x' });
  git(path, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', '../module', 'module');
  put(path, {
    '.gitmodules': `[submodule "module"]\n\tpath = module\n\turl = ext::${run}\n\tupdate = !${run}\n\tignore = none\n`,
  });
  git(path, 'add', '-A');
  git(path, 'commit', '--quiet', '-m', 'All of it');
  const commit = git(path, 'rev-parse', 'HEAD');
  for (const [key, value] of Object.entries(SETTINGS)) {
    git(path, 'config', key, value.replace('RUN', run));
    git(join(path, 'module'), 'config', key, value.replace('RUN', run));
  }
  for (const folder of [join(path, '.git'), join(path, '.git', 'modules', 'module')]) {
    mkdirSync(join(folder, 'hooks'), { recursive: true });
    for (const name of HOOKS) {
      put(join(folder, 'hooks'), { [name]: `#!/bin/sh\ntouch '${trap}'\n` });
      chmodSync(join(folder, 'hooks', name), 0o755);
    }
  }
  rmSync(trap, { force: true });
  return commit;
}
