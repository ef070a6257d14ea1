import { parse as parseYaml } from 'yaml';

/** A role file in the format of Claude Code subagents, taken apart; nothing of it is checked yet. */
interface RoleFile {
  readonly frontmatter: unknown;
  /** The text below, trimmed. */
  readonly body: string;
}

/** Says what is wrong with a file, as the end of a sentence. */
export class RoleFileFault extends Error {
  override readonly name = 'RoleFileFault';
}

/**
 * Takes a role file apart: frontmatter between two lines of `---`, then text.
 * @returns null for a file that does not begin with frontmatter
 * @throws RoleFileFault when the frontmatter has no end or is not YAML
 */
export function splitRoleFile(source: string): RoleFile | null {
  const text = source.replace(/^\uFEFF/, '');
  if (!/^---\r?\n/.test(text)) return null;
  const parts = /^---\r?\n(?:([\s\S]*?)\r?\n)?---[ \t]*(?:\r?\n([\s\S]*))?$/.exec(text);
  if (parts === null) throw new RoleFileFault('its frontmatter has no second line of ---');
  return { frontmatter: parseFrontmatter(parts[1] ?? ''), body: (parts[2] ?? '').trim() };
}

function parseFrontmatter(source: string): unknown {
  try {
    // An alias may be repeated a few times, never until the memory is full.
    const value: unknown = parseYaml(source, { maxAliasCount: 10, prettyErrors: false });
    return value;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RoleFileFault(`its frontmatter is not YAML (${why.split('\n')[0] ?? ''})`);
  }
}
