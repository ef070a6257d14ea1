// Needs no server.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root';
import { schemaFiles } from '../../scripts/write-schemas';

const folder = join(packageRoot(), 'schemas');
const files = schemaFiles();

describe('schemas/', () => {
  test('holds exactly the schemas the code publishes', () => {
    expect(readdirSync(folder).sort()).toEqual([...files.keys()].sort());
  });

  test.each([...files.keys()])('%s is what the code makes of it (npm run schemas writes it anew)', (name) => {
    expect(readFileSync(join(folder, name), 'utf8')).toBe(files.get(name));
  });

  test.each([...files.keys()])('%s refuses keys it does not know', (name) => {
    const schema = JSON.parse(files.get(name) ?? '');
    const object = schema.type === 'array' ? schema.items : schema;
    expect(object.additionalProperties).toBe(false);
  });
});
