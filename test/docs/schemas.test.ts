// Needs no server.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../src/config/package-root';
import { schemaFiles } from '../../scripts/write-schemas';

const folder = join(packageRoot(), 'schemas');
const files = schemaFiles();

const Closed = z.object({ additionalProperties: z.boolean().optional() });
const Shape = Closed.extend({ items: Closed.optional(), oneOf: z.array(Closed).optional() });

describe('schemas/', () => {
  test('holds exactly the schemas the code publishes', () => {
    expect(readdirSync(folder).sort()).toEqual([...files.keys()].sort());
  });

  test.each([...files.keys()])(
    '%s is what the code makes of it (`node dist/scripts/write-schemas.js` writes it anew)',
    (name) => {
      expect(readFileSync(join(folder, name), 'utf8')).toBe(files.get(name));
    },
  );

  test.each([...files.keys()])('%s refuses keys it does not know', (name) => {
    const { items, oneOf, ...schema } = Shape.parse(JSON.parse(files.get(name) ?? ''));
    for (const { additionalProperties } of oneOf ?? [items ?? schema])
      expect(additionalProperties).toBe(false);
  });
});
