import type { ContractPlace } from '../ports/contracts';
import { NO_SETTINGS } from '../domain/quality-gate/gate-settings';

const CANDIDATE = /\.(?:ya?ml|json|graphqls?|gql)$/i;
const GRAPHQL = /\.(?:graphqls?|gql)$/i;
const OPENAPI = /^\s*["']?openapi["']?\s*:\s*["']?3\./m;
const DEFINITION = /^\s*(?:extend\s+)?(?:type|schema|interface)\b/m;
const NOT_A_SPEC = /(?:^|\/)(?:node_modules|dist|build|coverage|test|tests|__tests__|fixtures)\//;
/** More new files than these are not read one by one. */
const MOST_READ = 200;

/** Where the spec is: as asked, as the repository has it, or what the commit brings. Null: nowhere. */
export async function findSpec(
  place: ContractPlace & { readonly path: string | null; readonly changed: readonly string[] },
): Promise<string | null> {
  if (place.path !== null) return trimmed(place.path);
  const configured = (place.survey.gate ?? NO_SETTINGS).api;
  const known = configured?.from === 'file' ? configured.spec : place.survey.apiSpec;
  const files = new Set(await place.commit.list());
  if (known !== null && isThere(files, trimmed(known))) return trimmed(known);
  const candidates = place.changed
    .filter((path) => files.has(path) && CANDIDATE.test(path) && !NOT_A_SPEC.test(path))
    .sort(byRank)
    .slice(0, MOST_READ);
  for (const path of candidates) {
    const text = await place.commit.read(path);
    if (text !== null && isSpec(path, text)) return path;
  }
  return null;
}

const trimmed = (path: string): string => path.replace(/^\.\//, '');

const isThere = (files: ReadonlySet<string>, path: string): boolean =>
  files.has(path) || [...files].some((name) => name.startsWith(`${path}/`));

/** By content: a part of a spec in a file of its own says neither. */
function isSpec(path: string, text: string): boolean {
  return GRAPHQL.test(path) ? DEFINITION.test(text) && /\bQuery\b/.test(text) : OPENAPI.test(text);
}

/** Names that specs have first, then those nearer to the root. */
function byRank(a: string, b: string): number {
  const rank = (path: string): number =>
    (/(?:^|\/)(?:openapi|swagger|schema|api)[^/]*$/i.test(path) ? 0 : 100) + path.split('/').length;
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}
