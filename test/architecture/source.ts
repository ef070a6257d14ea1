import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { packageRoot } from '../../src/config/package-root';

export interface SourceFile {
  /** From the package's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Import {
  readonly from: string;
  /** A path from the package's root where it is one of ours, else the name of a module. */
  readonly to: string;
  readonly typeOnly: boolean;
}

/** Every TypeScript file below some folders of the package. */
export function sourceFiles(...folders: readonly string[]): SourceFile[] {
  const root = packageRoot();
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => ({
        path: relative(root, file).split(sep).join('/'),
        text: readFileSync(file, 'utf8'),
      })),
  );
}

// One statement each: `import … from 'x'`, `export … from 'x'`, `import 'x'`, `import('x')`, `require('x')`.
const STATEMENT =
  /(?:^|\n)\s*(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'|(?:^|\n)\s*import\s+'([^']+)'|\b(?:import|require)\('([^']+)'\)/g;

export function importsOf({ path, text }: SourceFile): Import[] {
  return [...text.matchAll(STATEMENT)].map((match) => {
    const [, type, from, bare, dynamic] = match;
    const name = from ?? bare ?? dynamic ?? '';
    return {
      from: path,
      to: name.startsWith('.') ? posix.join(posix.dirname(path), name) : name,
      typeOnly: type !== undefined,
    };
  });
}

/** Code without its comments, so that words in them are not mistaken for it. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}
