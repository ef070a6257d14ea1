const PROSE =
  /(?:^|\/)(?:README|LICENSE|CHANGELOG|CONTRIBUTING|AGENTS|CODEOWNERS)[^/]*$|(?:^|\/)docs\/(?:deploy[\w-]*|limitations|backup[\w-]*)\.md$/i;

/** Whether a file may change what the tests do: any may but prose for people. */
export function mayChangeTests(path: string): boolean {
  return !PROSE.test(path);
}
