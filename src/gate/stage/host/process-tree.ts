import { readdirSync, readFileSync } from 'node:fs';

/** Ids of all processes below one, as /proc tells; empty where there is none. */
export function descendantsOf(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const [child, parent] of parents()) children.set(parent, [...(children.get(parent) ?? []), child]);
  const below = (at: number): number[] =>
    (children.get(at) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(pid);
}

function parents(): [child: number, parent: number][] {
  let names: string[];
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  return names.flatMap((name): [number, number][] => {
    try {
      // "pid (name) state parent …", where the name may hold anything
      const [, parent] = readFileSync(`/proc/${name}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .split(' ');
      return [[Number(name), Number(parent)]];
    } catch {
      return [];
    }
  });
}
