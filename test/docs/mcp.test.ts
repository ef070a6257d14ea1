// Needs no server.
import { PROMPT_LIST } from '../../src/mcp/prompts';
import { RESOURCE_TEMPLATES } from '../../src/mcp/resources';
import { TOOLS } from '../../src/mcp/tools';
import { code, readDocument, section, table } from './documents';

const text = readDocument('docs/mcp.md');
const yesNo = (value: boolean): string => (value ? 'yes' : 'no');

describe('docs/mcp.md', () => {
  test('lists every tool with its hints, in the order of the code', () => {
    const rows = table(section(text, '## Tools'), 'tool').map(([name, reads, destroys]) => [
      code(name),
      reads,
      destroys,
    ]);
    expect(rows).toEqual(
      TOOLS.map(({ name, hints }) => [name, yesNo(hints.readOnly), yesNo(hints.destructive)]),
    );
  });

  test('lists every resource and every prompt', () => {
    const first = (part: string, header: string): string[] =>
      table(section(text, part), header).map(([cell]) => code(cell));
    expect(first('## Resources', 'address')).toEqual(
      RESOURCE_TEMPLATES.map(({ uriTemplate }) => uriTemplate),
    );
    expect(first('## Prompts', 'prompt')).toEqual(PROMPT_LIST.map(({ name }) => name));
  });
});
