// Needs loopback; reports in a temporary folder.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BlobStore } from '../../src/ports/blob-store';
import { METRICS } from '../../src/domain/usage/metrics';
import { buildReport } from '../../src/report/build-report';
import { startMetricsServer, type MetricsServer } from '../../src/report/metrics-server';
import { status, task } from '../cli/fixtures';

const TREE = 'a'.repeat(40);
const REF = 'b'.repeat(64);
const NO_COUNTS = { pass: 0, fail: 0, 'not-applicable': 0, 'needs-review': 0, waived: 0 };
const SUMMARY = { tree: TREE, report: REF, green: true, red: [], counts: NO_COUNTS };

const receipt = (subject: string, verdict: string, measures: Record<string, number>): unknown => ({
  subject,
  verdict,
  checker: { kind: 'rule', name: 'r' },
  tree: TREE,
  startedAt: '2030-01-01T00:00:00.000Z',
  durationMs: 1500,
  sandbox: 'bubblewrap',
  evidence: [],
  note: '',
  measures,
});

let dir: string;
let server: MetricsServer | null = null;
const warnings: string[] = [];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'metrics-'));
  warnings.length = 0;
});
afterEach(async () => {
  await server?.stop();
  server = null;
  await rm(dir, { recursive: true, force: true });
});

async function serve(): Promise<string> {
  server = await startMetricsServer({
    address: { host: '127.0.0.1', port: 0 },
    reportsDir: dir,
    warn: (text) => warnings.push(text),
  });
  if (server === null) throw new Error(warnings.join());
  const response = await fetch(server.url);
  expect(response.status).toBe(200);
  return response.text();
}

async function keepReport(): Promise<void> {
  const receipts = [
    receipt('integration-tests', 'pass', { endpointCoverage: 0.9 }),
    receipt('test-coverage', 'pass', { testCoverage: 0.95 }),
    receipt('sql-injection', 'pass', {}),
    receipt('cors', 'fail', {}),
  ];
  const blobs: Pick<BlobStore, 'get'> = {
    get: () =>
      Promise.resolve(Buffer.from(JSON.stringify({ tree: TREE, commit: TREE, base: TREE, receipts }))),
  };
  const merged = {
    state: 'merged' as const,
    firstGatePassed: true,
    gate: SUMMARY,
    startedAt: '2030-01-01T00:00:00.000Z',
    endedAt: '2030-01-01T00:01:30.000Z',
  };
  const report = await buildReport(
    status({
      gate: SUMMARY,
      tasks: [
        task(merged),
        task({ ...merged, id: 'backend-T002', specialist: 'nodejs-expert', firstGatePassed: false }),
      ],
    }),
    blobs,
  );
  await writeFile(join(dir, 'one.json'), JSON.stringify(report));
}

test('every metric is told with its help; without reports none has a sample', async () => {
  const text = await serve();
  for (const { name } of METRICS) {
    expect(text).toContain(`# HELP ${name} `);
    expect(text).not.toMatch(new RegExp(`^${name}[{ ]`, 'm'));
  }
});

test('metrics of tasks carry repository and specialist, those of the gate the repository', async () => {
  await keepReport();
  const text = await serve();
  const repository = 'repository="sample orders-service"';
  expect(text).toContain(`backend_tasks_completed{${repository},specialist="nodejs-expert"} 1`);
  expect(text).toContain(`backend_success_rate{${repository},specialist="nodejs-expert"} 0`);
  expect(text).toContain(`backend_success_rate{${repository},specialist="api-architect"} 1`);
  expect(text).toContain(`backend_avg_completion_time{${repository},specialist="api-architect"} 90`);
  expect(text).toContain(`api_endpoint_coverage{${repository}} 0.9`);
  expect(text).toContain(`test_coverage{${repository}} 0.95`);
  expect(text).toContain(`security_audit_pass_rate{${repository}} 0.5`);
  expect(text).not.toMatch(/^api_response_time_p95\{/m);
  expect(text).toContain(
    `backend_task_duration_seconds_bucket{le="120",${repository},specialist="api-architect"} 1`,
  );
  expect(text).toContain(`backend_gate_check_duration_seconds_count{${repository},item="cors"} 1`);
});

test('another process that starts later tells the same: the figures come from the reports', async () => {
  await keepReport();
  const first = await serve();
  await server?.stop();
  expect(await serve()).toBe(first);
});

test('a file that is no report is passed over', async () => {
  await writeFile(join(dir, 'broken.json'), '{');
  expect(await serve()).toContain('# HELP backend_tasks_completed');
});

test('an address that is taken is said and costs nothing but the metrics', async () => {
  const other = createServer();
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const started = await startMetricsServer({
    address: { host: '127.0.0.1', port },
    reportsDir: dir,
    warn: (text) => warnings.push(text),
  });
  other.close();
  expect(started).toBeNull();
  expect(warnings).toEqual([expect.stringContaining('the worker works without them')]);
});

test('anything but GET /metrics is not found', async () => {
  await serve();
  expect((await fetch(server?.url.replace('/metrics', '/') ?? '')).status).toBe(404);
  expect((await fetch(server?.url ?? '', { method: 'POST' })).status).toBe(404);
});
