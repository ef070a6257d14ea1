import type { Project } from './parsed-file';

const ASYNC =
  /\basync\s+(?:function\s*\*?\s*)?([A-Za-z_$][\w$]*)\s*(?:<[^>(]{0,80}>)?\(|\b([A-Za-z_$][\w$]*)\s*[:=]\s*async\b/g;
const PLAIN =
  /(async\s+)?(?:function\s*\*?\s*)?\b([A-Za-z_$][\w$]*)\s*(?:<[^>(]{0,80}>)?\([^(){}]{0,200}\)\s*(?::[^{};=]{1,80})?\{/g;
const PLAIN_VALUE =
  /\b([A-Za-z_$][\w$]*)\s*[:=]\s*(?!async\b)(?:function\b|\([^()]{0,200}\)\s*(?::[^={}]{1,80})?=>|[A-Za-z_$][\w$]*\s*=>)/g;
const ERROR_MIDDLEWARE =
  /\(\s*_?(?:err|error|e|ex|exception|cause|problem)\w*\s*(?::[^,()]+)?,\s*\w+\s*(?::[^,()]+)?,\s*\w+\s*(?::[^,()]+)?,\s*\w+\s*(?::[^,()]+)?\)|ErrorRequestHandler|\.use\(\s*\w*(?:error|problem)\w*|setupExpressErrorHandler/i;

/** What rules ask of the whole project, read from all its sources before the rules run. */
export function projectOf(
  sources: readonly { readonly path: string; readonly text: string }[],
  manifests: readonly Readonly<Record<string, string>>[],
): Project {
  const asynchronous = new Set<string>();
  const plain = new Set<string>();
  let handlesErrors = false;
  for (const { path, text } of sources) {
    if (!/\.[cm]?[jt]sx?$/.test(path)) continue;
    for (const [, named, assigned] of text.matchAll(ASYNC)) asynchronous.add(named ?? assigned ?? '');
    for (const [, isAsync, name] of text.matchAll(PLAIN)) if (isAsync === undefined) plain.add(name ?? '');
    for (const [, name] of text.matchAll(PLAIN_VALUE)) plain.add(name ?? '');
    handlesErrors ||= ERROR_MIDDLEWARE.test(text);
  }
  return {
    dependencies: new Map(manifests.flatMap((manifest) => Object.entries(manifest))),
    asyncNames: new Set([...asynchronous].filter((name) => !plain.has(name))),
    handlesErrors,
  };
}
