import type { SourceFiles } from '../../facts/source-files';
import { sectionOf } from './markdown';

/** A document of the target, or a section of its README. */
export interface FoundDocument {
  readonly path: string;
  readonly text: string;
  /** Lines before `text` in the file. */
  readonly offset: number;
}

const README = /^readme(?:\.(?:md|markdown|rst|txt))?$/i;

/**
 * Where a document is: at the configured path, else the first file that matches, else a section of the README. Null:
 * nowhere; a configured path that is not there counts as nowhere.
 */
export async function findDocument(
  files: SourceFiles,
  wanted: { readonly configured: string | null; readonly file: RegExp; readonly heading: RegExp },
): Promise<FoundDocument | null> {
  const { configured, file, heading } = wanted;
  if (configured !== null) {
    const path = configured.replace(/^\.\//, '').replace(/#.*$/, '');
    const text = await files.read(path);
    return text === null ? null : { path, text, offset: 0 };
  }
  const candidates = files.paths
    .filter((path) => file.test(path))
    .sort((a, b) => a.split('/').length - b.split('/').length);
  for (const path of candidates) {
    const text = await files.read(path);
    if (text !== null) return { path, text, offset: 0 };
  }
  const readme = files.paths.find((path) => README.test(path));
  const text = readme === undefined ? null : await files.read(readme);
  const section = text === null ? null : sectionOf(text, heading);
  return readme === undefined || section === null
    ? null
    : { path: readme, text: section.text, offset: section.line };
}
