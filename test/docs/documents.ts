import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root';

/** A document of the package as text. */
export function readDocument(path: string): string {
  return readFileSync(join(packageRoot(), path), 'utf8');
}

/** The text under a heading, up to the next heading of its level or above. */
export function section(text: string, heading: string): string {
  const lines = text.split('\n');
  const start = lines.indexOf(heading);
  if (start < 0) throw new Error(`There is no heading "${heading}".`);
  const level = /^#+/.exec(heading)?.[0].length ?? 0;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => {
    const hashes = /^(#+) /.exec(line)?.[1];
    return hashes !== undefined && hashes.length <= level;
  });
  return rest.slice(0, end < 0 ? undefined : end).join('\n');
}

/** Headings of one level in a text, without their hashes. */
export function headings(text: string, level: number): string[] {
  const mark = `${'#'.repeat(level)} `;
  return text.split('\n').flatMap((line) => (line.startsWith(mark) ? [line.slice(mark.length)] : []));
}

/** The cells of the table whose header row begins with `first`. */
export function table(text: string, first: string): string[][] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => cells(line)[0] === first);
  if (start < 0) throw new Error(`There is no table with the header "${first}".`);
  const rest = lines.slice(start + 2);
  const end = rest.findIndex((line) => !line.startsWith('|'));
  return rest.slice(0, end < 0 ? undefined : end).map(cells);
}

function cells(line: string): string[] {
  if (!line.startsWith('|')) return [];
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}

/** What stands in backticks in a cell, or all of it. */
export function code(cell: string | undefined): string {
  return /`([^`]+)`/.exec(cell ?? '')?.[1] ?? cell ?? '';
}

/** Every word in backticks after `label` up to the end of its paragraph. */
export function listAfter(text: string, label: string): string[] {
  const paragraph = text.split('\n\n').find((candidate) => candidate.startsWith(label));
  if (paragraph === undefined) throw new Error(`No paragraph begins with "${label}".`);
  return [...paragraph.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}

/** The contents of fenced JSON blocks. */
export function jsonBlocks(text: string): unknown[] {
  return [...text.matchAll(/```json\n([\s\S]*?)```/g)].map((match): unknown => JSON.parse(match[1] ?? ''));
}
