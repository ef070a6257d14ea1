// Needs the right to mount a tmpfs (root); skipped, and said so, without. No server.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuditLog } from '../../src/audit/audit-log';
import { createAuditReader } from '../../src/audit/audit-reader';
import { auditEntry } from './entries';

let home: string;
let mounted = false;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'audit-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', home], { stdio: 'ignore' });
    mounted = true;
  } catch {
    process.stderr.write('skipped: a tmpfs cannot be mounted here\n');
  }
});
afterAll(() => {
  if (mounted) execFileSync('umount', ['-l', home]);
  rmSync(home, { recursive: true, force: true });
});

/** Leaves about `room` KiB of the disk. */
function fill(room: number): void {
  const path = join(home, 'fill');
  try {
    writeFileSync(path, Buffer.alloc(512 * 1024));
  } catch {
    // full now
  }
  truncateSync(path, Math.max(0, statSync(path).size - room * 1024));
}

const long = (id: string): ReturnType<typeof auditEntry> =>
  auditEntry(id, { decision: { escalationId: 'x', decision: 'retry', guidance: 'g'.repeat(8000) } });

it('a full disk refuses a decision whole, and takes it once there is room again, from the same process', async () => {
  if (!mounted) return;
  const folder = join(home, 'audit');
  const audit = createAuditLog({ folder });
  const { verify } = createAuditReader({ folder });
  await audit.append([auditEntry('one')]);
  for (const room of [0, 4, 8, 12, 16]) {
    fill(room);
    const told = audit.append([long(`room-${String(room)}`), long(`room-${String(room)}-b`)]);
    await expect(told).rejects.toThrow('ENOSPC');
    expect(await verify(null)).toMatchObject({ problem: null });
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp') || /head\.json\../.test(name))).toEqual(
      [],
    );
    rmSync(join(home, 'fill'));
    await audit.append([auditEntry(`after-${String(room)}`)]);
  }
  const { lines, problem, notes } = await verify(null);
  expect({ problem, notes }).toEqual({ problem: null, notes: [] });
  const ids = (await createAuditReader({ folder }).lines()).flatMap((line) =>
    line.kind === 'decision' ? [line.id] : [],
  );
  expect(ids).toEqual(
    expect.arrayContaining(['one', 'after-0', 'after-4', 'after-8', 'after-12', 'after-16']),
  );
  // Nothing was torn, so nothing had to be cut off.
  expect(lines).toBe(ids.length);
});
