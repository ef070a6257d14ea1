import { lstatSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize, sep } from 'node:path';
import type { SandboxPolicy, SandboxVariant } from './sandbox-policy';

/** The home folder inside; a tmpfs that ends with the command. */
export const SANDBOX_HOME = '/sandbox-home';

const TMPFS_BYTES = 1024 ** 3;

// Keys live in /etc/ssl/private and /etc/pki/tls/private, so only the public parts are named.
const ETC_PATHS = [
  'ssl/certs',
  'ssl/openssl.cnf',
  'pki/tls/certs',
  'pki/ca-trust',
  'alternatives',
  'passwd',
  'group',
  'hosts',
  'nsswitch.conf',
  'localtime',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
] as const;

const SYSTEM_ROOTS = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'] as const;

const NAMESPACES: Readonly<Record<SandboxVariant, readonly string[]>> = {
  full: ['--unshare-user'],
  'no-proc': ['--unshare-user'],
  'no-userns': [],
};

interface Frame {
  readonly variant: SandboxVariant;
  readonly limitsTmpfs: boolean;
}

/** Arguments that build the empty frame: namespaces, system folders, devices, a tmpfs for /tmp and the home. */
export function frameArguments({ variant, limitsTmpfs }: Frame): string[] {
  const size = limitsTmpfs ? ['--size', String(TMPFS_BYTES)] : [];
  return [
    ...NAMESPACES[variant],
    ...['--unshare-pid', '--unshare-net', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ...['--die-with-parent', '--new-session', '--cap-drop', 'ALL'],
    ...['--ro-bind', '/usr', '/usr'],
    ...SYSTEM_ROOTS.flatMap(systemRoot),
    ...['--ro-bind-try', '/nix/store', '/nix/store'],
    ...[...ETC_PATHS, ...javaSettings()].flatMap((name) => bind('--ro-bind-try', join('/etc', name))),
    ...['--dev', '/dev'],
    ...(variant === 'no-proc' ? [] : ['--proc', '/proc']),
    ...['--perms', '1777', ...size, '--tmpfs', '/tmp'],
    ...['--perms', '0700', ...size, '--tmpfs', SANDBOX_HOME],
  ];
}

/** Arguments that mount what the policy names; ends by making everything else read-only. */
export function policyArguments(policy: SandboxPolicy): string[] {
  const mounts = [
    ...nodeFolders().map((path) => ({ flag: '--ro-bind-try', path })),
    ...policy.readOnly.map((path) => ({ flag: '--ro-bind-try', path })),
    ...(policy.readWrite ?? []).map((path) => ({ flag: '--bind', path })),
    { flag: '--bind', path: policy.worktree },
  ];
  // A mount hides what was mounted below it before, so the outer folders come first.
  const outerFirst = mounts
    .map(({ flag, path }) => ({ flag, path: absolute(path) }))
    .sort((a, b) => a.path.split(sep).length - b.path.split(sep).length);
  return [
    ...outerFirst.flatMap(({ flag, path }) => bind(flag, path)),
    ...(policy.masked ?? []).flatMap((path) => mask(policy.worktree, absolute(path))),
    ...['--remount-ro', '/'],
  ];
}

/** Where this Node and its npm live, when that is not below /usr. */
function nodeFolders(): string[] {
  const bin = dirname(process.execPath);
  return bin.startsWith('/usr/') ? [] : [bin, join(dirname(bin), 'lib')];
}

function bind(flag: string, path: string): string[] {
  return [flag, path, path];
}

function absolute(path: string): string {
  if (!isAbsolute(path)) throw new Error(`Sandbox paths are absolute, and ${path} is not; resolve it first.`);
  const clean = normalize(path);
  return clean.length > 1 && clean.endsWith(sep) ? clean.slice(0, -1) : clean;
}

/** /bin and its like are links into /usr on most systems, and folders of their own on others. */
function systemRoot(path: string): string[] {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  return found.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : bind('--ro-bind', path);
}

/** Debian keeps the settings a JDK cannot start without in /etc. */
function javaSettings(): string[] {
  return readdirSync('/etc').filter((name) => name.startsWith('java-'));
}

function mask(worktree: string, path: string): string[] {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return [];
  const root = realpathSync(worktree);
  let real: string;
  try {
    real = realpathSync(path);
  } catch {
    return []; // a link that leads nowhere
  }
  if (real !== root && !real.startsWith(root + sep)) {
    if (absolute(worktree) !== path && !path.startsWith(absolute(worktree) + sep)) {
      throw new Error(
        `The masked path ${path} is not inside the worktree ${worktree}; mask only paths in it.`,
      );
    }
    return []; // a link out of the worktree: its target is not mounted
  }
  const inside = absolute(worktree) + real.slice(root.length);
  return lstatSync(real).isDirectory()
    ? ['--perms', '0555', '--tmpfs', inside, '--remount-ro', inside]
    : ['--ro-bind', '/dev/null', inside];
}
