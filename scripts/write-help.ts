import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS } from '../src/cli/commands';
import { parseCommandLine } from '../src/cli/program';
import { packageRoot, packageVersion } from '../src/config/package-root';

/** Keeps what `--help` prints beside the compiled files: the bin shows it without loading every command. */
async function main(): Promise<void> {
  let help = '';
  await parseCommandLine(['--help'], {
    commands: COMMANDS,
    version: packageVersion(),
    print: (text) => {
      help += text;
    },
  });
  writeFileSync(join(packageRoot(), 'dist', 'help.txt'), help);
}

void main();
