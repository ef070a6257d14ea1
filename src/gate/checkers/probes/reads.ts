/**
 * What may change the behaviour of a running service: everything but prose, and the tests. A configuration or a lock file
 * may; so may anything the service loads.
 */
export function readsService(path: string): boolean {
  return !/(?:^|\/)(?:tests?|__tests__|spec)\/|\.(?:md|txt|rst|adoc|png|svg)$|(?:^|\/)(?:LICENSE|\.gitignore|\.editorconfig)$|[._-](?:test|spec)\.[cm]?[jt]sx?$|(?:^|\/)src\/test\//i.test(
    path,
  );
}
