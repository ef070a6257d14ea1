// Needs nothing. The rules are those of platform.claude.com/docs/en/build-with-claude/prompt-caching.
import { MessagesRequest } from '../../src/offline/messages-request';
import { findBreakpointFault } from '../../src/offline/prompt-blocks';
import { createPromptCache, type InputTokens } from '../../src/offline/prompt-cache';

interface Control {
  type: 'ephemeral';
  ttl?: '5m' | '1h';
}
interface Block {
  type: string;
  cache_control?: Control;
  [field: string]: unknown;
}

const MARK = { cache_control: { type: 'ephemeral' } } as const;
const HOUR = { cache_control: { type: 'ephemeral', ttl: '1h' } } as const;

let time: number;
let count: (body: unknown) => InputTokens;
beforeEach(() => {
  time = 0;
  const cache = createPromptCache(() => time);
  count = (body) => cache(MessagesRequest.parse(body));
});

/** A block of about `tokens` tokens whose text is told apart by `name`. */
function text(name: string, tokens = 100, mark: { cache_control?: Control } = {}): Block {
  return { type: 'text', text: name.padEnd(tokens * 2.5, '.'), ...mark };
}

function request(blocks: readonly Block[], rest: Record<string, unknown> = {}): Record<string, unknown> {
  const messages = [{ role: 'user', content: blocks }];
  return { model: 'claude-opus-5-5', max_tokens: 100, messages, ...rest };
}

/** `count` blocks, the last one marked. */
function marked(many: number, tokens = 100): Block[] {
  return Array.from({ length: many }, (_, index) =>
    text(`block ${String(index)}`, tokens, index === many - 1 ? MARK : {}),
  );
}

const total = ({ input, cacheRead, cacheWrite5m, cacheWrite1h }: InputTokens): number =>
  input + cacheRead + cacheWrite5m + cacheWrite1h;

describe('writing', () => {
  test('what stands before a breakpoint is written once and read afterwards; what follows is plain input', () => {
    const body = request([text('a', 600), text('b', 600, MARK), text('question', 50)]);
    const first = count(body);
    expect(first).toMatchObject({ cacheRead: 0, cacheWrite1h: 0 });
    expect(first.cacheWrite5m).toBeGreaterThan(1200);
    expect(first.input).toBeLessThan(100);
    expect(count(body)).toEqual({ ...first, cacheRead: first.cacheWrite5m, cacheWrite5m: 0 });
  });

  test('nothing is written for places without a breakpoint, however stable they are', () => {
    const withTime = (now: string): Record<string, unknown> =>
      request([text('static', 2000), text(now, 50, MARK)]);
    count(withTime('10:00'));
    expect(count(withTime('10:01'))).toMatchObject({ cacheRead: 0 });
  });

  test('a request without breakpoints neither writes nor reads', () => {
    count(request([text('a', 2000, MARK)]));
    expect(count(request([text('a', 2000)]))).toMatchObject({ cacheRead: 0, cacheWrite5m: 0 });
  });

  test.each([
    ['claude-opus-5-5', 512],
    ['claude-sonnet-5-5', 512],
    ['claude-haiku-5-5', 512],
    ['claude-sonnet-4-6', 1024],
    ['claude-opus-4-7', 2048],
    ['claude-haiku-4-5-20251001', 4096],
    ['some-other-model', 4096],
  ])('%s caches no prefix below %i tokens, and says nothing about it', (model, minimum) => {
    const short = request([text('short', minimum - 30, MARK)], { model });
    expect(count(short)).toMatchObject({ cacheRead: 0, cacheWrite5m: 0 });
    expect(count(short)).toMatchObject({ cacheRead: 0, cacheWrite5m: 0 });
    const long = request([text('long', minimum, MARK)], { model });
    expect(count(long).cacheWrite5m).toBeGreaterThanOrEqual(minimum);
    expect(count(long).cacheRead).toBeGreaterThanOrEqual(minimum);
  });

  test('the minimum is that of the whole prefix and not of the marked block', () => {
    expect(count(request([text('a', 600), text('b', 10, MARK)])).cacheWrite5m).toBeGreaterThan(600);
  });
});

describe('looking back', () => {
  test("the vendor's example: ten, fifteen, then thirty-five blocks", () => {
    const ten = count(request(marked(10)));
    const fifteen = count(request(marked(15)));
    expect(fifteen.cacheRead).toBe(ten.cacheWrite5m);
    // Blocks 35 to 16 are looked at; the entry is at block 15.
    expect(count(request(marked(35)))).toMatchObject({ cacheRead: 0 });
  });

  test('a second breakpoint where the last entry was starts a look-back of its own', () => {
    const fifteen = count(request(marked(15)));
    const blocks = marked(35).map((block, index) => (index === 14 ? { ...block, ...MARK } : block));
    expect(count(request(blocks)).cacheRead).toBe(total(fifteen));
  });

  test('nineteen positions back is found, twenty is not', () => {
    const five = total(count(request(marked(5, 200))));
    expect(count(request(marked(24, 200))).cacheRead).toBe(five);
    const other = (many: number): Block[] =>
      marked(many, 200).map((block, index) => (index === 0 ? text('other', 200) : block));
    count(request(other(5)));
    expect(count(request(other(25))).cacheRead).toBe(0);
  });

  test('a turn with many tool calls does not push the entry out: a run is one position', () => {
    const opening = { role: 'user', content: [text('task', 600, MARK)] };
    const ids = Array.from({ length: 30 }, (_, index) => `call_${String(index)}`);
    const calls = ids.map((id) => ({ type: 'tool_use', id, name: 'read', input: { path: id } }));
    const results = ids.map((id, index) => ({
      type: 'tool_result',
      tool_use_id: id,
      content: 'text',
      ...(index === ids.length - 1 ? MARK : {}),
    }));
    const body = (messages: unknown[]): Record<string, unknown> => ({
      model: 'claude-sonnet-5-5',
      max_tokens: 1,
      messages,
    });
    const first = count(body([opening]));
    const plain = { role: 'user', content: [text('task', 600)] };
    const second = count(
      body([plain, { role: 'assistant', content: calls }, { role: 'user', content: results }]),
    );
    expect(second.cacheRead).toBe(first.cacheWrite5m);
    expect(second.input).toBe(0);
  });

  test('the longest prefix any breakpoint finds is read', () => {
    const system = [text('role', 600, MARK)];
    const one = count(request([text('a', 600, MARK)], { system }));
    const two = count(request([text('a', 600), text('b', 600), text('c', 600, MARK)], { system }));
    expect(two.cacheRead).toBe(total(one));
    const other = count(request([text('x', 600, MARK)], { system }));
    expect(other.cacheRead).toBeLessThan(total(one));
    expect(other.cacheRead).toBeGreaterThan(600);
  });
});

describe('life', () => {
  const body = request([text('a', 600, MARK)]);

  test('an entry is gone five minutes after it was last used', () => {
    count(body);
    time += 299_999;
    expect(count(body).cacheRead).toBeGreaterThan(0);
    time += 299_999;
    expect(count(body).cacheRead).toBeGreaterThan(0);
    time += 300_000;
    expect(count(body)).toMatchObject({ cacheRead: 0 });
  });

  test('an entry of an hour lives an hour, and is billed as such', () => {
    const hour = request([text('a', 600, HOUR)]);
    const first = count(hour);
    expect(first).toMatchObject({ cacheWrite5m: 0, input: 0 });
    expect(first.cacheWrite1h).toBeGreaterThan(600);
    time += 3_599_999;
    expect(count(hour).cacheRead).toBe(first.cacheWrite1h);
    time += 3_600_000;
    expect(count(hour)).toMatchObject({ cacheRead: 0 });
  });

  test('with both, the hour is paid up to its last breakpoint and five minutes from there', () => {
    const mixed = request([text('b', 600, MARK)], { system: [text('a', 600, HOUR)] });
    const first = count(mixed);
    expect(first.cacheWrite1h).toBeGreaterThan(600);
    expect(first.cacheWrite5m).toBeGreaterThan(600);
    time += 600_000;
    expect(count(mixed)).toMatchObject({
      cacheRead: first.cacheWrite1h,
      cacheWrite1h: 0,
      cacheWrite5m: first.cacheWrite5m,
    });
  });
});

describe('what makes other entries', () => {
  const tools = [{ name: 'read', description: 'x'.repeat(3000), input_schema: {}, ...MARK }];
  const system = [text('role', 600, MARK)];
  const body = (changes: Record<string, unknown> = {}): Record<string, unknown> =>
    request([text('a', 600, MARK)], { tools, system, ...changes });

  /** How far a request reads after `body()`: nothing, the tools, up to the system prompt, everything. */
  function reads(changes: Record<string, unknown>): 'nothing' | 'tools' | 'system' | 'messages' {
    const everything = total(count(body()));
    const toolsOnly = count({ ...request([text('other')]), tools }).cacheRead;
    const toSystem = count({ ...request([text('other')]), tools, system }).cacheRead;
    const { cacheRead } = count(body(changes));
    if (cacheRead === 0) return 'nothing';
    if (cacheRead === toolsOnly) return 'tools';
    if (cacheRead === toSystem) return 'system';
    expect(cacheRead).toBe(everything);
    return 'messages';
  }

  test.each<[string, Record<string, unknown>, ReturnType<typeof reads>]>([
    ['nothing', {}, 'messages'],
    ['another model', { model: 'claude-sonnet-5-5' }, 'nothing'],
    ['other tools', { tools: [{ ...tools[0], name: 'write' }] }, 'nothing'],
    ['another schema for the answer', { output_config: { format: { schema: { title: 'plan' } } } }, 'tools'],
    ['another system prompt', { system: [text('other role', 600, MARK)] }, 'tools'],
    ['a choice of tools', { tool_choice: { type: 'none' } }, 'system'],
    ['another way to think', { thinking: { type: 'disabled' } }, 'system'],
    ['another effort', { output_config: { effort: 'low' } }, 'system'],
    ["the model's own effort, said", { output_config: { effort: 'medium' } }, 'messages'],
    ['another message', { messages: [{ role: 'user', content: [text('z', 600, MARK)] }] }, 'system'],
  ])('%s', (_, changes, expected) => {
    expect(reads(changes)).toBe(expected);
  });
});

describe('automatic caching', () => {
  test('the breakpoint stands at the last block and moves on with the conversation', () => {
    const turn = (many: number): Record<string, unknown> =>
      request(
        marked(many, 600).map(({ cache_control: _, ...block }) => block),
        { cache_control: MARK.cache_control },
      );
    const first = count(turn(1));
    expect(first.cacheWrite5m).toBeGreaterThan(600);
    expect(count(turn(3)).cacheRead).toBe(first.cacheWrite5m);
  });

  test('what the model thought cannot end a prefix; the block before it does', () => {
    const body = {
      ...request([text('a', 600)]),
      cache_control: MARK.cache_control,
    };
    const thought = { role: 'assistant', content: [{ type: 'thinking', thinking: 'hm', signature: 's' }] };
    const { messages } = request([text('a', 600)]);
    const counted = count({ ...body, messages: [...(messages as unknown[]), thought] });
    expect(counted.cacheWrite5m).toBeGreaterThan(600);
    expect(counted.input).toBeGreaterThan(0);
  });
});

describe('refused', () => {
  const faultOf = (body: unknown): string | null => findBreakpointFault(MessagesRequest.parse(body));
  const four = Array.from({ length: 4 }, (_, index) => text(String(index), 10, MARK));

  test.each<[string, Record<string, unknown>, RegExp | null]>([
    ['four breakpoints', { system: four }, null],
    ['five breakpoints', { system: [...four, text('4', 10, MARK)] }, /maximum of 4 .* Found 5/],
    ['four and an automatic one', { system: four, ...MARK }, /maximum of 4 .* Found 5/],
    [
      'an hour after five minutes',
      { system: [text('a', 10, MARK), text('b', 10, HOUR)] },
      /ttl='1h' .* must not come after/,
    ],
    ['five minutes after an hour', { system: [text('a', 10, HOUR), text('b', 10, MARK)] }, null],
    ['a breakpoint on an empty text', { system: [{ type: 'text', text: '', ...MARK }] }, /empty text blocks/],
  ])('%s', (_, rest, expected) => {
    const fault = faultOf(request([text('a')], rest));
    if (expected === null) expect(fault).toBeNull();
    else expect(fault).toMatch(expected);
  });

  test('an automatic breakpoint beside one of the same life is no further one, and of another life a fault', () => {
    const system = four.slice(0, 3);
    const body = request([text('a', 10, MARK)], { system });
    expect(faultOf({ ...body, ...MARK })).toBeNull();
    expect(faultOf({ ...request([text('a', 10, HOUR)]), ...MARK })).toMatch(/ttl='1h'/);
  });
});
