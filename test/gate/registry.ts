import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { writeFiles } from './support';

export interface TestRegistry {
  readonly url: string;
  /** Paths of tarballs that were fetched. */
  readonly fetched: string[];
  close(): Promise<void>;
}

/** An npm registry on a loopback port with the given packages at version 1.0.0; the value is their package.json. */
export async function startRegistry(
  folder: string,
  packages: Record<string, { manifest?: object; files?: Record<string, string> }>,
): Promise<TestRegistry> {
  const tarballs = new Map<string, { manifest: object; bytes: Buffer }>();
  for (const [name, { manifest = {}, files = {} }] of Object.entries(packages)) {
    const whole = { name, version: '1.0.0', main: 'index.js', ...manifest };
    const work = join(folder, 'packages', name);
    mkdirSync(work, { recursive: true });
    writeFiles(join(work, 'package'), {
      'package.json': whole,
      'index.js': `module.exports = '${name}';\n`,
      ...files,
    });
    const packed = spawnSync('tar', ['-czf', 'package.tgz', 'package'], { cwd: work });
    if (packed.status !== 0) throw new Error(`tar failed: ${String(packed.stderr)}`);
    tarballs.set(name, { manifest: whole, bytes: readFileSync(join(work, 'package.tgz')) });
  }
  const fetched: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '').slice(1);
    const tarball = /^(.+)\/-\/.+\.tgz$/.exec(path)?.[1];
    const found = tarballs.get(tarball ?? path);
    if (found === undefined) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"Not found"}');
    } else if (tarball === undefined) {
      const integrity = `sha512-${createHash('sha512').update(found.bytes).digest('base64')}`;
      const dist = { tarball: `${url}/${path}/-/package-1.0.0.tgz`, integrity };
      const packument = {
        name: path,
        'dist-tags': { latest: '1.0.0' },
        versions: { '1.0.0': { ...found.manifest, dist } },
      };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(packument));
    } else {
      fetched.push(path);
      response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(found.bytes);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server on a TCP port has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${String(port)}`;
  return {
    url,
    fetched,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}
