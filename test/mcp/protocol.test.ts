// Needs no server: what the protocol asks of a server beside its tools, by the official client over a scripted gateway.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { ID, status, task } from '../cli/fixtures';
import { execution } from '../client/fake-gateway';
import { connectClient, openDesk, textOf, type OpenDesk } from './open-desk';

let desk: OpenDesk;
let client: Client;
afterEach(async () => {
  await client.close();
  await desk.dispose();
});

async function open(...[script, over]: Parameters<typeof openDesk>): Promise<void> {
  desk = await openDesk(script, over);
  client = await connectClient(desk);
}

const running = { executions: [execution(ID)], worker: true, query: () => status({ tasks: [task()] }) };
const waitLong = { name: 'wait_for_objective', arguments: { id: ID, timeoutSeconds: 600 } };

test('nothing is promised that is not kept: no list announces its changes', async () => {
  await open();
  expect(client.getServerCapabilities()).toEqual({ tools: {}, resources: {}, prompts: {}, completions: {} });
});

test('what is told in a sentence is beside the JSON, which is a text of its own', async () => {
  await open(running);
  const result = await client.callTool({ name: 'get_status', arguments: { id: ID } });
  const [sentence, json, ...more] = result.content as { readonly text: string }[];
  expect(sentence?.text).toMatch(/^objective-add-login-0123abcd is running; /);
  expect(JSON.parse(json?.text ?? '')).toEqual(result.structuredContent);
  expect(more).toEqual([]);
});

test('a cursor that nobody gave out is refused in every list', async () => {
  await open();
  const page = { cursor: 'eyJwYWdlIjogM30=' };
  for (const list of [
    client.listTools(page),
    client.listResources(page),
    client.listResourceTemplates(page),
    client.listPrompts(page),
  ])
    await expect(list).rejects.toMatchObject({
      code: -32602,
      message: expect.stringMatching(/no such cursor/),
    });
});

describe('a wait that its client cancels', () => {
  test('asks nothing any more', async () => {
    await open(running);
    const cancel = new AbortController();
    const waited = client.callTool(waitLong, undefined, { signal: cancel.signal });
    const asked = (): number => desk.gateway.queries.filter((name) => name === 'objectiveStatus').length;
    while (asked() === 0) await new Promise(setImmediate);
    cancel.abort();
    await expect(waited).rejects.toThrow();
    await client.ping();
    const before = asked();
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    expect(asked() - before).toBeLessThanOrEqual(1);
  });
});

test('calls of one client at once are bounded; when they end there is room again', async () => {
  await open(running);
  const waits = Array.from({ length: 32 }, () => {
    const cancel = new AbortController();
    const ended = client.callTool(waitLong, undefined, { signal: cancel.signal }).catch(() => null);
    return { cancel, ended };
  });
  const ask = () => client.callTool({ name: 'list_objectives', arguments: {} });
  const refused = await ask();
  expect(refused.isError).toBe(true);
  expect(textOf(refused)).toMatch(/^32 calls are under way/);
  for (const { cancel } of waits) cancel.abort();
  await Promise.all(waits.map(({ ended }) => ended));
  while ((await ask()).isError === true) await new Promise((resolve) => setTimeout(resolve, 50));
  expect((await ask()).structuredContent).toMatchObject({ objectives: [{ objectiveId: ID }] });
});

describe('completion', () => {
  const other = 'objective-add-logout-0123abcd';
  const contract = {
    name: 'docs-openapi',
    path: 'docs/openapi.yaml',
    taskId: 'backend-T001',
    revision: 1,
    hash: null,
    state: 'designing' as const,
    bundle: null,
    by: null,
    comments: [],
  };

  test('of an id offers the objectives that begin so', async () => {
    await open({ executions: [execution(ID), execution(other)] });
    const ref = { type: 'ref/prompt', name: 'review_plan' } as const;
    const offered = async (value: string) =>
      (await client.complete({ ref, argument: { name: 'id', value } })).completion;
    expect(await offered('objective-add')).toEqual({ values: [ID, other], total: 2, hasMore: false });
    expect(await offered('objective-add-logo')).toMatchObject({ values: [other] });
    expect(await offered('../')).toMatchObject({ values: [] });
  });

  test('answers no more than a hundred, and says so', async () => {
    const ids = Array.from({ length: 120 }, (_, at) => `objective-add-login-${String(10_000_000 + at)}`);
    await open({ executions: ids.map((id) => execution(id)) });
    const uri = 'coordinator://objectives/{id}/plan';
    const found = await client.complete({
      ref: { type: 'ref/resource', uri },
      argument: { name: 'id', value: '' },
    });
    expect(found.completion).toEqual({ values: ids.slice(0, 100), total: 120, hasMore: true });
  });

  test('of a contract’s name asks the objective that was given before', async () => {
    await open({ ...running, query: () => status({ contracts: [contract] }) });
    const ref = { type: 'ref/resource', uri: 'coordinator://objectives/{id}/contracts/{name}' } as const;
    const argument = { name: 'name', value: 'docs' };
    const known = await client.complete({ ref, argument, context: { arguments: { id: ID } } });
    expect(known.completion.values).toEqual(['docs-openapi']);
    for (const context of [undefined, { arguments: { id: '../../x' } }])
      expect((await client.complete({ ref, argument, context })).completion.values).toEqual([]);
  });

  test('of a contract’s name offers none of an objective whose report cannot be read, and those of the others', async () => {
    await open({
      ...running,
      executions: [execution(ID), execution(other)],
      query: () => status({ contracts: [contract] }),
    });
    await mkdir(join(desk.home, 'reports'));
    await writeFile(join(desk.home, 'reports', `${other}.json`), '{ "cut off in the');
    const ref = { type: 'ref/resource', uri: 'coordinator://objectives/{id}/contracts/{name}' } as const;
    const offered = async (id: string): Promise<readonly string[]> => {
      const argument = { name: 'name', value: '' };
      return (await client.complete({ ref, argument, context: { arguments: { id } } })).completion.values;
    };
    expect(await offered(other)).toEqual([]);
    expect(await offered(ID)).toEqual(['docs-openapi']);
  });

  test.each([
    [{ type: 'ref/prompt', name: 'rm_rf' }, 'id'],
    [{ type: 'ref/prompt', name: 'review_plan' }, 'name'],
    [{ type: 'ref/resource', uri: 'file:///etc/{id}' }, 'id'],
    [{ type: 'ref/resource', uri: 'coordinator://objectives/{id}/plan' }, 'name'],
  ] as const)('of %j and %s is refused', async (ref, name) => {
    await open();
    await expect(client.complete({ ref, argument: { name, value: '' } })).rejects.toMatchObject({
      code: -32602,
    });
  });
});
