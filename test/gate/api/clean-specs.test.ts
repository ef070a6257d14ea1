// Needs the files of the samples and of the corpus; no service.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { API_CHECKERS } from '../../../src/gate/checkers/api';
import { SERVICES } from '../../../bench/gates/defect';
import { inspectFiles, outcomeOf } from './support';

const SPECS = ['openapi.yaml', 'schema.graphql'];

describe.each(Object.entries(SERVICES))('the clean service %s', (_name, folder) => {
  const spec = SPECS.find((name) => existsSync(join(folder, name))) ?? '';
  const files = { [spec]: readFileSync(join(folder, spec), 'utf8') };

  it.each(
    API_CHECKERS.filter(({ scope }) => scope === 'task').map((checker) => [checker.name, checker] as const),
  )('is not complained of by %s', async (_checker, checker) => {
    const outcome = await outcomeOf(checker, inspectFiles(files, { apiSpec: spec }, { before: files }));
    expect(outcome.kind).toMatch(/^(?:ran-clean|not-applicable)$/);
  });
});
