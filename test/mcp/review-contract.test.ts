// Needs Temporal (a real dev server); the activities behind it are scripted. An agent reviews an API contract of a real workflow.
import { createHash } from 'node:crypto';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { z } from 'zod';
import type { ServerInUse } from '../../src/cli/services';
import { createDepartmentClient } from '../../src/client/department-client';
import { createTemporalGateway } from '../../src/client/temporal-gateway';
import { awaitedContracts } from '../../src/domain/contract/contract-status';
import {
  handedOff,
  resultOf,
  smoothActivities,
  startDepartment,
  until,
  type TestDepartment,
} from '../support/department';
import { planTask } from '../support/plans';
import { connectClient, openDesk, textOf, type OpenDesk } from './open-desk';

let department: TestDepartment;
let desk: OpenDesk;
let client: Client;
beforeAll(async () => {
  department = await startDepartment();
  const { address } = department.server;
  const server: ServerInUse = {
    kind: 'configured',
    address,
    namespace: 'default',
    uiUrl: null,
    openDepartment: async () =>
      createDepartmentClient(
        await createTemporalGateway({ address, namespace: 'default', clientOptions: { address } }),
      ),
    workflowUrl: () => null,
    startWorker: () => Promise.reject(new Error('The test has a worker.')),
    registerSearchAttributes: () => Promise.resolve(''),
    release: () => Promise.resolve(),
  };
  desk = await openDesk({}, { useServerWithHistory: () => Promise.resolve(server) });
  client = await connectClient(desk);
});
afterAll(async () => {
  await client.close();
  await desk.dispose();
  await department.stop();
});

const PLAN = [
  planTask({ id: 'backend-T001', kind: 'contract', specialist: 'api-architect', owns: ['openapi.yaml'] }),
  planTask({ id: 'backend-T002', kind: 'implementation', dependsOn: ['backend-T001'] }),
];
const revisionOf = (revision: number): { readonly hash: string; readonly spec: string } => {
  const spec = JSON.stringify({ openapi: '3.1.0', info: { title: 'Orders', version: String(revision) } });
  return { spec, hash: createHash('sha256').update(spec).digest('hex') };
};

/** A department whose designer makes a new spec each time, and whose contracts wait for people. */
function designing(prompts: unknown[]): ReturnType<typeof smoothActivities> {
  const smooth = smoothActivities(PLAN);
  let revision = 0;
  return smoothActivities(PLAN, {
    surveyRepository: async (input) => ({
      ...(await smooth.surveyRepository(input)),
      coordination: {
        contracts: { review: 'human', deadlineHours: 24 },
        database: true,
        watch: { hours: 24, everyMinutes: 5, breaches: 1, checks: [] },
      },
    }),
    runAttempt: (request) => {
      if (request.taskId === 'backend-T001') {
        revision += 1;
        prompts.push(request.prompt);
      }
      return Promise.resolve(handedOff(request));
    },
    inspectContract: async (request) => ({
      ...(await smooth.inspectContract(request)),
      hash: revisionOf(revision).hash,
    }),
    publishContract: async ({ hash }) => {
      const { spec } = revisionOf(revision);
      const file = {
        path: 'openapi.json',
        blob: await desk.blobs.put(spec),
        bytes: Buffer.byteLength(spec),
        mediaType: 'application/json',
      };
      const manifest = {
        name: 'openapi',
        revision,
        hash,
        kind: 'openapi',
        source: 'openapi.yaml',
        files: [file],
        operations: [],
        breaking: [],
      };
      return { bundle: await desk.blobs.put(JSON.stringify(manifest)), files: 1, summary: 'adds orders' };
    },
  });
}

const Manifest = z.looseObject({ hash: z.string(), revision: z.int() });

test('an agent reads what is shared, sends it back, and approves the revision it looked at and no other', async () => {
  const prompts: unknown[] = [];
  await department.withObjective(designing(prompts), async ({ handle, input, status }) => {
    const { objectiveId: id } = input;
    const read = async (path: string): Promise<string> => {
      const [content] = (await client.readResource({ uri: `coordinator://objectives/${id}/${path}` }))
        .contents;
      return content !== undefined && 'text' in content ? content.text : '';
    };
    const review = (said: object) => client.callTool({ name: 'review_contract', arguments: { id, ...said } });
    const shared = async (revision: number): Promise<string> => {
      await until(
        status,
        (seen) => awaitedContracts(seen.tasks).length > 0 && seen.contracts?.[0]?.revision === revision,
      );
      const manifest = Manifest.parse(JSON.parse(await read('contracts/openapi')));
      expect(manifest).toMatchObject({ revision, hash: revisionOf(revision).hash });
      expect(await read('contracts/openapi/openapi.json')).toBe(revisionOf(revision).spec);
      return manifest.hash;
    };

    const first = await shared(1);
    const waited = await client.callTool({ name: 'wait_for_objective', arguments: { id } });
    expect(waited.structuredContent).toMatchObject({
      reason: 'needs-human',
      objective: { contractsAwaitingReview: ['openapi'] },
    });
    const back = await review({ contract: first, decision: 'request-changes', comments: 'Page the orders.' });
    expect(back.structuredContent).toMatchObject({ id, applied: true });

    const second = await shared(2);
    expect(JSON.stringify(prompts[1])).toContain('Page the orders.');
    const late = await review({ contract: first, decision: 'approve' });
    expect(late.isError).toBe(true);
    expect(textOf(late)).toMatch(/not the newest revision/);
    const approved = await review({ contract: second, decision: 'approve', by: 'ada' });
    expect(approved.structuredContent).toMatchObject({ id, applied: true });

    expect(await resultOf(handle)).toMatchObject({ outcome: 'delivered' });
    expect((await status()).contracts).toMatchObject([{ revision: 2, state: 'tested', by: 'ada@mcp' }]);
  });
});
