import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { packageRoot } from '../../src/config/package-root';
import { StreamEvent } from '../../src/domain/objective/stream-events';

/** The lines of a stream, each checked by the published JSON Schema and by the code's own. @throws with the line */
export function eventLines(stdout: string): StreamEvent[] {
  const ajv = new Ajv2020({ strict: false, logger: false });
  addFormats(ajv);
  const schema: unknown = JSON.parse(readFileSync(join(packageRoot(), 'schemas', 'events.json'), 'utf8'));
  const validate = ajv.compile(schema as object);
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const event: unknown = JSON.parse(line);
      if (!validate(event))
        throw new Error(`${ajv.errorsText(validate.errors)} in a line of the stream: ${line}`);
      return StreamEvent.parse(event);
    });
}
