import type { GateFinding } from '../domain/quality-gate/receipt';

interface LintLine {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly message: string;
  readonly isWarning: boolean;
}

const MOST_LINES = 20_000;

/**
 * What a linter reports, in a form that can be found again in another tree: ESLint, Biome, ruff, flake8, pylint, black, prettier,
 * checkstyle and tsc in the formats they print without being asked. Empty where nothing could be read.
 */
export function lintFindings(output: string, checkout: string): GateFinding[] {
  const rows = readLines(output.split('\n').slice(0, MOST_LINES), checkout);
  // What only warns does not end a linter with a failure, unless warnings are all there is.
  const errors = rows.filter(({ isWarning }) => !isWarning);
  const byKey = new Map<string, GateFinding>();
  for (const { file, line, rule, message } of errors.length > 0 ? errors : rows) {
    const key = `lint:${rule}:${file}:${message.replace(/\d+/g, '#')}`.slice(0, 300);
    const known = byKey.get(key);
    byKey.set(key, {
      key,
      text: `${message === '' ? rule : message}${rule === '' || message === '' ? '' : ` (${rule})`}`.slice(
        0,
        500,
      ),
      file,
      ...(line > 0 ? { line } : {}),
      amount: (known?.amount ?? 0) + 1,
    });
  }
  return [...byKey.values()];
}

function readLines(lines: readonly string[], checkout: string): LintLine[] {
  const rows: LintLine[] = [];
  let file: string | null = null;
  let pending: { readonly rule: string; readonly message: string } | null = null;
  const relative = (path: string): string =>
    path.startsWith(`${checkout}/`) ? path.slice(checkout.length + 1) : path.replace(/^\.\//, '');
  for (const raw of lines) {
    // eslint-disable-next-line no-control-regex -- colours are control characters
    const line = raw.replace(/\u001b\[[0-9;]*m/g, '').trimEnd();
    const stylish = /^\s+(\d+):(\d+)\s+(error|warning)\s+(.*?)(?:\s{2,}([@\w/-]+))?$/.exec(line);
    if (stylish !== null && file !== null) {
      rows.push({
        file,
        line: Number(stylish[1]),
        rule: stylish[5] ?? '',
        message: stylish[4] ?? '',
        isWarning: stylish[3] === 'warning',
      });
      continue;
    }
    const arrow = /^\s*-->\s+([^\s:]+):(\d+)(?::\d+)?$/.exec(line);
    if (arrow !== null && pending !== null) {
      rows.push({ file: relative(arrow[1] ?? ''), line: Number(arrow[2]), ...pending, isWarning: false });
      pending = null;
      continue;
    }
    const found = readLine(line);
    if (found !== null) rows.push({ ...found, file: relative(found.file) });
    else if (/^[/.\w@-][\w./@ -]*\.\w+$/.test(line)) file = relative(line);
    const code = /^([A-Z]{1,4}\d{2,4})\s+(?:\[\*\]\s+)?(.+)$/.exec(line);
    if (code !== null) pending = { rule: code[1] ?? '', message: code[2] ?? '' };
  }
  return rows;
}

/** One line that says it all: file, place, rule and message. Adding a format is adding a row. */
const FORMATS: readonly {
  readonly pattern: RegExp;
  readonly read: (groups: readonly string[]) => LintLine;
}[] = [
  {
    // checkstyle: [WARN] /a/B.java:12:5: Message. [Rule]
    pattern:
      /^\[(ERROR|WARN|WARNING)\]\s+(\S+\.\w+):(?:\[)?(\d+)(?:[:,]\d+)?\]?:?\s+(?:\([\w]+\)\s+)?(.*?)(?:\s+\[(\w+)\])?$/,
    read: ([level = '', file = '', line = '', message = '', rule = '']) => ({
      file,
      line: Number(line),
      rule: rule === '' ? (/^(\w+):\s/.exec(message)?.[1] ?? '') : rule,
      message,
      isWarning: level !== 'ERROR',
    }),
  },
  {
    // tsc: a.ts(1,2): error TS1234: message
    pattern: /^(\S+\.\w+)\((\d+),\d+\):\s+(error|warning)\s+(TS\d+):\s+(.*)$/,
    read: ([file = '', line = '', level = '', rule = '', message = '']) => ({
      file,
      line: Number(line),
      rule,
      message,
      isWarning: level === 'warning',
    }),
  },
  {
    // biome: a.ts:1:2 lint/style/useConst ━━━
    pattern: /^(\S+\.\w+):(\d+):\d+\s+((?:lint|format|assist|parse|suppressions)\/?\S*)\b/,
    read: ([file = '', line = '', rule = '']) => ({
      file,
      line: Number(line),
      rule,
      message: '',
      isWarning: false,
    }),
  },
  {
    // unix (ESLint): a.js:1:2: message [Error/rule]
    pattern: /^(\S+\.\w+):(\d+):\d+:\s+(.*)\s+\[(Error|Warning)\/([^\]]+)\]$/,
    read: ([file = '', line = '', message = '', level = '', rule = '']) => ({
      file,
      line: Number(line),
      rule,
      message,
      isWarning: level === 'Warning',
    }),
  },
  {
    // ruff (concise), flake8, pylint: a.py:1:2: E501 message
    pattern: /^(\S+\.\w+):(\d+):(?:\d+:)?\s+([A-Z]{1,4}\d{2,5}):?\s+(?:\[\*\]\s+)?(.*)$/,
    read: ([file = '', line = '', rule = '', message = '']) => ({
      file,
      line: Number(line),
      rule,
      message,
      isWarning: false,
    }),
  },
  {
    // black, prettier: whole files
    pattern: /^(?:would reformat|\[warn\])\s+(\S+\.\w+)$/,
    read: ([file = '']) => ({
      file,
      line: 0,
      rule: 'format',
      message: 'is not formatted as configured',
      isWarning: false,
    }),
  },
];

function readLine(line: string): LintLine | null {
  for (const { pattern, read } of FORMATS) {
    const match = pattern.exec(line);
    if (match !== null) return read(match.slice(1));
  }
  return null;
}
