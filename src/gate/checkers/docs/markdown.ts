/** A part of a Markdown document: a heading and what stands below it, deeper headings included. */
export interface Section {
  readonly heading: string;
  /** Of its heading, counted from 1. */
  readonly line: number;
  readonly text: string;
}

/** The section under the first heading that matches; null where there is none. */
export function sectionOf(text: string, heading: RegExp): Section | null {
  const lines = text.split('\n');
  let fenced = false;
  const headings = lines.flatMap((line, index) => {
    if (/^\s*(?:```|~~~)/.test(line)) fenced = !fenced;
    const match = fenced ? null : /^(#{1,6})\s+(.+?)\s*#*$/.exec(line);
    return match?.[1] === undefined || match[2] === undefined
      ? []
      : [{ index, depth: match[1].length, title: match[2] }];
  });
  const at = headings.findIndex(({ title }) => heading.test(title));
  const found = headings[at];
  if (found === undefined) return null;
  const end = headings.slice(at + 1).find(({ depth }) => depth <= found.depth)?.index ?? lines.length;
  return { heading: found.title, line: found.index + 1, text: lines.slice(found.index + 1, end).join('\n') };
}

/** Words of prose, without headings, code, links and what stands for something still to be written. */
export function wordsOf(text: string): string[] {
  return text
    .replace(/^\s*#{1,6} .*$/gm, ' ')
    .replace(/```[\s\S]*?```/g, ' ')
    .replace(/\bT(?:ODO|BD|BA)\b.*$/gim, ' ')
    .replace(/lorem ipsum[\s\S]*/i, ' ')
    .replace(/\]\([^)]*\)/g, ' ')
    .split(/[^\p{L}\p{N}'-]+/u)
    .filter((word) => /\p{L}{2}/u.test(word));
}

/** A command as a document spells it. */
export interface DocumentedCommand {
  readonly text: string;
  readonly line: number;
}

const PROGRAMS =
  /^(?:npm|npx|pnpm|yarn|node|python3?|pip3?|uv|poetry|uvicorn|gunicorn|hypercorn|flask|alembic|django-admin|docker|docker-compose|podman|java|mvn|gradle|make|sh|bash|cp|kubectl|helm|systemctl|pm2|fly|flyctl|psql|curl|source|\.{0,2}\/[\w./-]+)$/;

/** Commands in code blocks and in code spans, without prompts, variables in front and comments. */
export function commandsOf(text: string): DocumentedCommand[] {
  const found: DocumentedCommand[] = [];
  let fence: string | null = null;
  text.split('\n').forEach((raw, index) => {
    const mark = /^\s*(?:```|~~~)\s*(\w*)/.exec(raw);
    if (mark !== null) {
      fence = fence === null ? (mark[1] ?? '') : null;
      return;
    }
    const inBlock =
      fence !== null
        ? /^(?:|sh|bash|shell|console|zsh|text|shell-session)$/.test(fence)
        : /^(?: {4}|\t)\S/.test(raw);
    const candidates = inBlock
      ? [raw]
      : fence === null
        ? [...raw.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
        : [];
    for (const candidate of candidates) {
      for (const part of candidate.split(/&&|;\s/)) {
        const command = cleaned(part);
        if (isCommand(command, inBlock)) found.push({ text: command, line: index + 1 });
      }
    }
  });
  return found;
}

function cleaned(part: string): string {
  return part
    .replace(/\s+#.*$/, '')
    .replace(/^\s*(?:[$>%]\s+)?/, '')
    .replace(/^(?:sudo |exec |env )*(?:[A-Z_][A-Z0-9_]*=\S*\s+)*/, '')
    .replace(/\s*\\$/, '')
    .trim();
}

/** In running text a program's bare name is only mentioned. */
function isCommand(text: string, inBlock: boolean): boolean {
  const [program = '', ...rest] = text.split(/\s+/);
  return PROGRAMS.test(program) && (rest.length > 0 || inBlock || program.startsWith('./'));
}
