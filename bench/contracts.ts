import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCompatibility } from '../src/compatibility/compatibility';
import { packageRoot } from '../src/config/package-root';
import { createContracts } from '../src/contracts/contracts';
import type { Survey } from '../src/domain/target/survey';
import { readContract } from '../src/gate/contract/read-contract';
import type { CommitFiles } from '../src/ports/contracts';
import { figure, percentile, type Figure } from './figures';

const RUNS = 5;
const OPERATIONS = 200;
const PATH = 'openapi.yaml';

const SURVEY: Survey = {
  name: 'bench',
  stack: 'unknown',
  framework: null,
  packageManager: null,
  install: null,
  build: null,
  test: null,
  lint: null,
  testTimeoutMs: 1000,
  migrations: null,
  apiSpec: PATH,
  database: 'none',
  conventions: [],
  manifests: [],
  notes: [],
};

const commitOf = (text: string): CommitFiles => ({
  list: () => Promise.resolve([PATH]),
  read: (path) => Promise.resolve(path === PATH ? text : null),
});

/** From a spec in a commit to its bundle: read, linted, compared with the base, rendered. */
export async function benchContracts(): Promise<Figure[]> {
  const contracts = createContracts({
    readContract,
    exercise: () => Promise.reject(new Error('no service is started here')),
    compatibility: createCompatibility(),
    secretOf: () => undefined,
  });
  const sample = await readFile(join(packageRoot(), 'examples', 'inventory-service', PATH), 'utf8');
  const bundle = async (text: string): Promise<number> => {
    const place = { survey: SURVEY, commit: commitOf(text), base: commitOf(sample) };
    const before = performance.now();
    const found = await contracts.inspect({ ...place, path: null, changed: [PATH] });
    if (found.outcome !== 'usable') throw new Error(JSON.stringify(found));
    await contracts.publish({ ...place, path: PATH, name: 'bench', revision: 1, hash: found.hash });
    return performance.now() - before;
  };
  const seconds = async (text: string): Promise<number> => {
    const samples: number[] = [];
    for (let run = 0; run < RUNS; run += 1) samples.push(await bundle(text));
    return percentile(samples, 0.5) / 1000;
  };
  const first = (await bundle(sample)) / 1000;
  return [
    figure('contract bundle, first of a worker', first, 's', 3),
    figure('contract bundle p50, sample (5 operations)', await seconds(sample), 's', 3),
    figure(`contract bundle p50, ${String(OPERATIONS)} operations`, await seconds(largeSpec()), 's', 3),
  ];
}

/** A service of many resources; every one refers to the next. */
function largeSpec(): string {
  const resources = Array.from({ length: OPERATIONS / 2 }, (_, index) => String(index));
  const answer = (ref: string): object => ({
    '200': { description: 'Fine.', content: { 'application/json': { schema: { $ref: ref } } } },
  });
  const schema = (name: string): object => ({
    type: 'object',
    required: ['id', 'name'],
    properties: {
      id: { type: 'integer' },
      name: { type: 'string', maxLength: 100 },
      createdAt: { type: 'string', format: 'date-time' },
      next: { $ref: `#/components/schemas/Resource${String((Number(name) + 1) % resources.length)}` },
    },
  });
  return JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Bench', version: '1.0.0' },
    paths: Object.fromEntries(
      resources.map((name) => {
        const ref = `#/components/schemas/Resource${name}`;
        const body = { required: true, content: { 'application/json': { schema: { $ref: ref } } } };
        return [
          `/resources-${name}`,
          {
            get: { operationId: `get${name}`, responses: answer(ref) },
            post: { operationId: `make${name}`, requestBody: body, responses: answer(ref) },
          },
        ];
      }),
    ),
    components: {
      schemas: Object.fromEntries(resources.map((name) => [`Resource${name}`, schema(name)])),
    },
  });
}
