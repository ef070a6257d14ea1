// Wraps `execute` of the graphql package where it is loaded as an ES module; its exports cannot be replaced afterwards.
const EXECUTE = /\/graphql\/execution\/execute\.mjs$/;

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  if (!EXECUTE.test(url) || loaded.source === undefined || loaded.source === null) return loaded;
  const source = String(loaded.source);
  if (!source.includes('export function execute(')) return loaded;
  return {
    ...loaded,
    source: `${source.replace('export function execute(', 'function coordinatorExecute(')}
export function execute(...args) {
  const result = coordinatorExecute(...args);
  globalThis[Symbol.for('coordinator.graphql-executed')]?.(args, result);
  return result;
}
`,
  };
}
