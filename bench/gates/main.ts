import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readEnvironment } from '../../src/config/environment';
import { resolveHome } from '../../src/config/home';
import { GateSlug } from '../../src/domain/quality-gate/gate-items';
import { createGateRunner } from '../../src/gate/gate-runner';
import { createDirectoryBlobStore } from '../../src/store/directory-blob-store';
import { openChecking } from '../../src/worker/checking';
import { DEFECTS } from './corpus';
import { AIMS, countCorpus, renderCorpus } from './corpus-table';
import { SERVICES, type ServiceName } from './defect';
import { runCorpus } from './run-corpus';

/**
 * Positive and negative controls of the gate: `npm run bench:gates`, with `--item`, `--service` or `--defect` a part of
 * it. Exit code 1 where an aim is missed.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      item: { type: 'string', multiple: true },
      service: { type: 'string', multiple: true },
      defect: { type: 'string', multiple: true },
    },
  });
  const items = values.item?.map((slug) => GateSlug.parse(slug));
  const defects = DEFECTS.filter(
    (row) =>
      (items === undefined || items.includes(row.item)) &&
      (values.service === undefined || values.service.includes(row.service)) &&
      (values.defect === undefined || values.defect.includes(row.name)),
  );
  const services = (Object.keys(SERVICES) as ServiceName[]).filter(
    (name) =>
      (values.service === undefined || values.service.includes(name)) &&
      (values.defect === undefined || defects.some(({ service }) => service === name)),
  );
  const environment = readEnvironment();
  const folder = await mkdtemp(join(tmpdir(), 'gate-corpus-'));
  const store = createDirectoryBlobStore(join(folder, 'blobs'));
  const home = resolveHome(environment);
  const checking = await openChecking({ environment, home: { ...home, home: folder }, store });
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  try {
    const gates = createGateRunner(checking.setting);
    const run = await runCorpus({ gates, defects, services, only: items, folder, say });
    process.stdout.write(`${renderCorpus(run)}\n`);
    const { found, planted, falseAlarms, decided } = countCorpus(run);
    if (found < AIMS.found * planted || falseAlarms > AIMS.falseAlarms * decided) process.exitCode = 1;
  } finally {
    await checking.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

void main();
