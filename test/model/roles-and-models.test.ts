// Needs nothing but the package's own files.
import { join } from 'node:path';
import { COORDINATOR, SPECIALIST_NAMES } from '../../src/domain/department/specialists';
import { MODELS, modelId, usageOf } from '../../src/model/models';
import { loadRoles, parseRole } from '../../src/model/roles';

const FRONT = 'name: python-pro\ndescription: Python';

test('a role file is frontmatter and a prompt', () => {
  expect(
    parseRole('python-pro.md', `---\n${FRONT}\nmodel: opus\ntools: Read\n---\n\nYou write Python.\n`),
  ).toEqual({
    name: 'python-pro',
    description: 'Python',
    model: 'opus',
    effort: 'medium',
    prompt: 'You write Python.',
  });
});

test.each([
  ['no frontmatter', 'python-pro.md', 'You write', /does not begin with frontmatter/],
  ['no YAML', 'python-pro.md', '---\nname: [\n---\nx', /not YAML/],
  ['an unknown model', 'python-pro.md', `---\n${FRONT}\nmodel: gpt\n---\nx`, /model: /],
  ['no description', 'python-pro.md', '---\nname: python-pro\n---\nx', /description/],
  ['another name', 'other.md', `---\n${FRONT}\n---\nx`, /"python-pro" and not the file's/],
  ['no prompt', 'python-pro.md', `---\n${FRONT}\n---\n\n`, /no prompt/],
])('a role file with %s is told with its name', (_, file, source, expected) => {
  expect(() => parseRole(file, source)).toThrow(expected);
  expect(() => parseRole(file, source)).toThrow(new RegExp(`The role file ${file} cannot be used`));
});

function message(model: string, input: number): Parameters<typeof usageOf>[0] {
  const tokens = {
    input_tokens: input,
    output_tokens: 1000,
    cache_read_input_tokens: 1000,
    cache_creation_input_tokens: 1000,
  };
  return {
    model,
    usage: {
      ...tokens,
      cache_creation: null,
      inference_geo: null,
      output_tokens_details: null,
      server_tool_use: null,
      service_tier: null,
      speed: null,
    },
  };
}

test('money follows the table: input, output, cache written and cache read', () => {
  const usage = usageOf(message(modelId('sonnet'), 1000), { kind: 'anthropic' });
  expect(usage.usd).toBeCloseTo((2 + 10 + 2.5 + 0.2) / 1000, 10);
  expect(usage).toMatchObject({ requests: 1, input: 1000, output: 1000, cacheRead: 1000, cacheWrite: 1000 });
});

test('a long prompt is charged in its band', () => {
  const usage = usageOf(message(modelId('haiku'), 200_000), { kind: 'anthropic' });
  expect(usage.usd).toBeCloseTo((200_000 * 0.5 + 1000 * (2.5 + 0.625 + 0.05)) / 1e6, 10);
});

test('offline and unknown models have no price', () => {
  expect(
    usageOf(message(modelId('opus'), 1), { kind: 'offline', playbook: 'p', scenario: 's' }).usd,
  ).toBeNull();
  expect(usageOf(message('claude-of-tomorrow', 1), { kind: 'anthropic' }).usd).toBeNull();
});

test('the price table says when it was true and writes cost more than reads', () => {
  for (const row of MODELS) {
    expect(row.asOf).toMatch(/^20\d\d-\d\d-\d\d$/);
    for (const price of row.prices) expect(price.cacheWrite).toBeGreaterThan(price.cacheRead);
  }
});

test('every specialist and the coordinator have a role, and the coordinator thinks with opus', async () => {
  const roles = await loadRoles(join(__dirname, '..', '..', 'agents'));
  for (const name of [COORDINATOR, ...SPECIALIST_NAMES]) expect(roles.get(name)?.prompt).toBeTruthy();
  expect(roles.get(COORDINATOR)?.model).toBe('opus');
});
