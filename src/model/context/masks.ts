import type { FileVerdict } from '../../domain/context/context-files';

/*
 * Which paths a shell must not see, as few as possible: every mask is a mount, and bubblewrap reads all mounts again
 * for each one.
 * 1. A folder of which nothing may be seen is masked whole.
 * 2. Above `most`, folders are masked although some files in them could be seen, where that hides fewest of those;
 *    never a folder in which the task has files of its own.
 */

export interface MaskedFile {
  readonly path: string;
  readonly verdict: FileVerdict['kind'];
  readonly unnameable: boolean;
}

export interface Masks {
  /** Relative to the root of the worktree. */
  readonly paths: readonly string[];
  /** Folders among them in which files are hidden that the role could see. */
  readonly folded: readonly string[];
  /** False where even folding leaves too many. */
  readonly enough: boolean;
}

interface Node {
  readonly path: string;
  readonly folders: Map<string, Node>;
  readonly denied: string[];
  /** Denied, allowed and protected files below, at any depth. */
  deniedBelow: number;
  allowedBelow: number;
  protectedBelow: number;
  cannotName: boolean;
}

/**
 * @param keeps paths and folders the task works on, also where nothing is there yet
 * @param most masks the sandbox should have to make
 */
export function masksFor(files: readonly MaskedFile[], keeps: readonly string[], most: number): Masks {
  const root = newNode('');
  for (const path of keeps) for (const node of nodesTo(root, path.split('/'))) node.protectedBelow++;
  for (const file of files) place(root, file);
  const chosen = new Map<string, readonly string[]>();
  collect(root, chosen);
  const folded: string[] = [];
  const count = (): number => [...chosen.values()].reduce((sum, paths) => sum + paths.length, 0);
  const candidates = foldable(root);
  while (count() > most) {
    const best = bestFold(candidates, chosen);
    if (best === null) break;
    for (const path of [...chosen.keys()]) {
      if (path === best.path || path.startsWith(`${best.path}/`)) chosen.delete(path);
    }
    chosen.set(best.path, [best.path]);
    folded.push(best.path);
  }
  const paths = [...chosen.values()].flat();
  const whole = folded.filter((path) => paths.includes(path));
  return { paths, folded: whole, enough: paths.length <= most };
}

function newNode(path: string): Node {
  return {
    path,
    folders: new Map(),
    denied: [],
    deniedBelow: 0,
    allowedBelow: 0,
    protectedBelow: 0,
    cannotName: false,
  };
}

/** The nodes of the folders above a path, the root first, and of the path itself where it is a folder. */
function nodesTo(root: Node, parts: readonly string[]): Node[] {
  const nodes = [root];
  let node = root;
  for (const part of parts) {
    let next = node.folders.get(part);
    if (next === undefined) {
      next = newNode(node.path === '' ? part : `${node.path}/${part}`);
      node.folders.set(part, next);
    }
    node = next;
    nodes.push(node);
  }
  return nodes;
}

function place(root: Node, file: MaskedFile): void {
  const nodes = nodesTo(root, file.path.split('/').slice(0, -1));
  const folder = nodes.at(-1) ?? root;
  for (const node of nodes) {
    if (file.verdict === 'denied') node.deniedBelow++;
    else if (file.verdict === 'exception') node.protectedBelow++;
    else node.allowedBelow++;
  }
  if (file.verdict !== 'denied') return;
  if (file.unnameable) folder.cannotName = true;
  else folder.denied.push(file.path);
}

function isHiddenWhole(node: Node): boolean {
  if (node.path === '' || node.deniedBelow === 0 || node.protectedBelow > 0) return false;
  return node.allowedBelow === 0 || node.cannotName;
}

function collect(node: Node, chosen: Map<string, readonly string[]>): void {
  if (isHiddenWhole(node)) {
    chosen.set(node.path, [node.path]);
    return;
  }
  if (node.denied.length > 0) chosen.set(node.path, node.denied);
  for (const child of node.folders.values()) if (child.deniedBelow > 0) collect(child, chosen);
}

function foldable(node: Node): Node[] {
  const below = [...node.folders.values()].filter((child) => child.deniedBelow > 1).flatMap(foldable);
  return node.path !== '' && node.protectedBelow === 0 ? [node, ...below] : below;
}

function bestFold(candidates: readonly Node[], chosen: ReadonlyMap<string, readonly string[]>): Node | null {
  const saved = new Map<string, number>();
  for (const [path, paths] of chosen) {
    for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
      saved.set(at, (saved.get(at) ?? 0) + paths.length);
    }
  }
  let best: { readonly node: Node; readonly worth: number } | null = null;
  for (const node of candidates) {
    const saves = (saved.get(node.path) ?? 0) - 1;
    if (saves < 1) continue;
    const worth = saves / (node.allowedBelow + 1);
    if (best === null || worth > best.worth) best = { node, worth };
  }
  return best?.node ?? null;
}
