// Needs git and npm with its registry; bubblewrap when it is there. Runs the linters of the planted services.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICES } from '../../../bench/gates/defect';
import { SOURCE_DEFECTS } from '../../../bench/gates/defects/source';
import { judgeItems } from '../../../src/domain/quality-gate/gate-verdict';
import { type GateOfFolders, openGateOfFolders } from '../gate-of-folders';

const ROOT = join(__dirname, '../../..');
const PLANTED = SOURCE_DEFECTS.filter(({ item }) => item === 'style-guide');

let gates: GateOfFolders;
beforeAll(async () => {
  gates = await openGateOfFolders();
});
afterAll(() => gates.close());

test('there is something planted', () => {
  expect(PLANTED.length).toBeGreaterThan(1);
});

test.each(PLANTED.map((defect) => [defect.service, defect.name, defect] as const))(
  'in %s, %s turns the style guide red where the base was green, and the finding says where',
  async (service, name, { edits }) => {
    const checkout = join(gates.base, `${service}-${name.replace(/\W+/g, '-')}`);
    cpSync(join(ROOT, SERVICES[service]), checkout, {
      recursive: true,
      filter: (path) => !/\/(?:node_modules|coverage)$/.test(path),
    });
    const change = (): void => {
      for (const edit of edits) {
        if ('remove' in edit) throw new Error('no such edit here');
        const file = join(checkout, edit.file);
        const text =
          'content' in edit
            ? edit.content
            : readFileSync(file, 'utf8').replace(edit.find, () => edit.replace);
        writeFileSync(file, text);
      }
    };
    const { receipts } = await gates.gateChange(checkout, change, ['style-guide']);
    const judged = judgeItems(receipts).find(({ item }) => item.slug === 'style-guide');
    expect(judged).toMatchObject({ verdict: 'fail', isNew: true });
    const files = (judged?.deciding?.findings ?? []).map(({ file }) => file);
    expect(files).toContain(edits[0]?.file);
  },
  120_000,
);
