import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { writeFiles } from './support';

export interface PythonIndex {
  readonly url: string;
  /** Names of the distributions that were fetched. */
  readonly fetched: string[];
  hashOf(file: string): string;
  close(): Promise<void>;
}

/** A distribution at version 1.0.0: a wheel with a module and a script, or the sources of one with its setup.py. */
export type Distribution = { readonly requires?: readonly string[] } | { readonly setup: string };

const ZIP = 'import shutil, sys; shutil.make_archive(sys.argv[1], "zip", sys.argv[2])';

/** A Python package index on a loopback port. */
export async function startPythonIndex(
  folder: string,
  packages: Readonly<Record<string, Distribution>>,
): Promise<PythonIndex> {
  const dist = join(folder, 'dist');
  mkdirSync(dist, { recursive: true });
  for (const [name, distribution] of Object.entries(packages)) {
    if ('setup' in distribution) packSources(dist, folder, name, distribution.setup);
    else packWheel(dist, folder, name, distribution.requires ?? []);
  }
  const fetched: string[] = [];
  const server = createServer((request, response) => {
    const [, kind, name = ''] = (request.url ?? '').split('/');
    const files = readdirSync(dist).filter((file) => file.startsWith(`${name}-`));
    if (kind === 'simple' && files.length > 0) {
      const links = files.map((file) => `<a href="/files/${file}">${file}</a>`).join('\n');
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(`<!DOCTYPE html><html><body>${links}</body></html>`);
    } else if (kind === 'files' && readdirSync(dist).includes(name)) {
      fetched.push(name);
      response.writeHead(200).end(readFileSync(join(dist, name)));
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server on a TCP port has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}/simple`,
    fetched,
    hashOf: (file) =>
      createHash('sha256')
        .update(readFileSync(join(dist, file)))
        .digest('hex'),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

function packWheel(dist: string, folder: string, name: string, requires: readonly string[]): void {
  const work = join(folder, 'wheels', name);
  const info = `${name}-1.0.0.dist-info`;
  writeFiles(work, {
    [`${name}.py`]: `def main():\n    print("${name} runs from", __file__)\n`,
    [`${info}/METADATA`]: [
      'Metadata-Version: 2.1',
      `Name: ${name}`,
      'Version: 1.0.0',
      ...requires.map((row) => `Requires-Dist: ${row}`),
      '',
    ].join('\n'),
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${info}/entry_points.txt`]: `[console_scripts]\n${name} = ${name}:main\n`,
    [`${info}/RECORD`]: '',
  });
  const target = join(dist, `${name}-1.0.0-py3-none-any.whl`);
  run('python3', ['-c', ZIP, join(work, '..', name), work]);
  run('mv', [join(work, '..', `${name}.zip`), target]);
}

function packSources(dist: string, folder: string, name: string, setup: string): void {
  const work = join(folder, 'sources', name);
  const root = `${name}-1.0.0`;
  writeFiles(join(work, root), {
    'setup.py': setup,
    'PKG-INFO': `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0.0\n`,
  });
  run('tar', ['-czf', join(dist, `${root}.tar.gz`), '-C', work, root]);
}

function run(program: string, args: readonly string[]): void {
  const done = spawnSync(program, args);
  if (done.status !== 0) throw new Error(`${program} failed: ${String(done.stderr)}`);
}
