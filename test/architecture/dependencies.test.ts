// Needs no server: reads package.json, the lockfile and what is installed.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../src/config/package-root';

const Versions = z.record(z.string(), z.string());
const Manifest = z.looseObject({
  version: z.string(),
  dependencies: Versions.default({}),
  devDependencies: Versions.default({}),
  engines: z.looseObject({ node: z.string().optional() }).default({}),
});

const root = packageRoot();
const read = (...path: readonly string[]): z.infer<typeof Manifest> =>
  Manifest.parse(JSON.parse(readFileSync(join(root, ...path), 'utf8')));
const own = read('package.json');
const direct = Object.entries({ ...own.dependencies, ...own.devDependencies });
const lockfile = readFileSync(join(root, 'package-lock.json'), 'utf8');
const Lock = z.looseObject({
  packages: z.record(z.string(), z.looseObject({ version: z.string().optional() })),
});
const locked = Object.entries(Lock.parse(JSON.parse(lockfile)).packages);

/** Versions of a package anywhere in the lockfile. */
const versionsOf = (name: RegExp): string[] =>
  locked
    .filter(([path]) => name.test(path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)))
    .map(([, entry]) => entry.version ?? '');

describe('dependencies', () => {
  it('protobufjs is there once, or histories and payloads cannot be read', () => {
    expect(versionsOf(/^protobufjs$/)).toHaveLength(1);
    const nested = readdirSync(join(root, 'node_modules', '@temporalio')).filter((name) =>
      existsSync(join(root, 'node_modules', '@temporalio', name, 'node_modules', 'protobufjs')),
    );
    expect(nested).toEqual([]);
  });

  it('everything of Temporal is at one version', () => {
    const versions = new Set(versionsOf(/^@temporalio\//));
    expect([...versions]).toEqual([own.dependencies['@temporalio/worker']]);
  });

  it('every version is exact', () => {
    expect(direct.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });

  it('what is installed is what is asked for', () => {
    for (const [name, version] of direct) {
      expect([name, read('node_modules', name, 'package.json').version]).toEqual([name, version]);
    }
  });

  it('the lockfile names no registry', () => {
    expect(lockfile).not.toMatch(/"resolved":/);
  });

  it('every direct dependency runs on the oldest Node we say we run on', () => {
    expect(own.engines.node).toBe('>=20.19');
    const refusing = direct
      .map(([name]) => [name, read('node_modules', name, 'package.json').engines.node ?? '*'] as const)
      .filter(([, range]) => !admits(range, [20, 19, 0]));
    expect(refusing).toEqual([]);
  });
});

/** Whether a range such as `^18.18.0 || >=20.9` admits a version; enough of the grammar for `engines`. */
function admits(range: string, version: readonly [number, number, number]): boolean {
  return range.split('||').some((part) =>
    part
      .replace(/([<>=^~]+)\s+/g, '$1')
      .trim()
      .split(/\s+/)
      .every((comparator) => meets(comparator, version)),
  );
}

function meets(comparator: string, version: readonly [number, number, number]): boolean {
  if (comparator === '' || comparator === '*') return true;
  const match = /^(>=|<=|>|<|\^|~|=)?v?(\d+)(?:\.(\d+|x))?(?:\.(\d+|x))?/.exec(comparator);
  if (match === null) throw new Error(`This test cannot read the range ${comparator}; teach it.`);
  const [, operator = '', major = '0', minor = '0', patch = '0'] = match;
  const bound = [Number(major), Number(minor) || 0, Number(patch) || 0] as const;
  const order = version[0] - bound[0] || version[1] - bound[1] || version[2] - bound[2];
  switch (operator) {
    case '>=':
      return order >= 0;
    case '>':
      return order > 0;
    case '<=':
      return order <= 0;
    case '<':
      return order < 0;
    case '^':
      return version[0] === bound[0] && order >= 0;
    case '~':
      return version[0] === bound[0] && version[1] === bound[1] && order >= 0;
    default:
      // `20.x` and `20` mean any of them.
      return version[0] === bound[0];
  }
}
