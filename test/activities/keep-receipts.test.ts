// Needs nothing: scripted ports.
import { keepReceipts } from '../../activities/keep-receipts';
import type { GateReport } from '../../src/domain/quality-gate/receipt';
import { commitOf, DOSSIER, reportOf } from './ports';

const HEAD = commitOf('head');
const report: GateReport = { ...reportOf(), commit: HEAD };
const records = { gateReport: () => Promise.resolve(report) };
const request = { dossier: DOSSIER, delivered: HEAD, report: 'a'.repeat(64) };

async function keep(
  more: Partial<Parameters<typeof keepReceipts>[1]> = {},
  write: () => Promise<{ repository: string; ref: string } | null> = () =>
    Promise.resolve({ repository: '/srv/shop', ref: 'refs/notes/coordinator' }),
): Promise<{ readonly why: string | null; readonly written: unknown[] }> {
  const written: unknown[] = [];
  const notes = {
    read: () => Promise.resolve(null),
    write: (note: object) => {
      written.push(note);
      return write();
    },
  };
  return { why: await keepReceipts({ notes, records }, { ...request, ...more }), written };
}

it('the receipts of the last gate are kept on the delivered commit', async () => {
  const { why, written } = await keep();
  expect(why).toBeNull();
  expect(written).toEqual([
    { objectiveId: 'objective-test', source: DOSSIER.repository, commit: HEAD, report },
  ]);
});

it('receipts of another commit, or of no gate, are not passed off as those of this one', async () => {
  expect(await keep({ delivered: commitOf('another') })).toEqual({
    why: expect.stringContaining('the last gate was of') as string,
    written: [],
  });
  expect(await keep({ report: null })).toEqual({ why: 'the objective was not gated', written: [] });
});

it('a repository that cannot be written says so and stops no delivery', async () => {
  const { why } = await keep({}, () => Promise.reject(new Error('make it writable')));
  expect(why).toBe('make it writable');
  expect((await keep({}, () => Promise.resolve(null))).why).toContain('does not say how it was made');
});
