import type { Inspection } from '../inspection';

const NAME =
  /\b[A-Z][A-Z0-9_]*(?:RATE_?LIMIT|THROTTLE)[A-Z0-9_]*\b|\b(?:RATE_?LIMIT|THROTTLE|MAX_REQUESTS)[A-Z0-9_]*\b/g;
const NOT_AN_AMOUNT =
  /WINDOW|_MS$|SECOND|MINUTE|TTL|DURATION|ENABLE|DISABLE|STORE|URL|REDIS|PERIOD|INTERVAL|KEY|PREFIX|SKIP|LOGIN|AUTH/;
const READ =
  /(?:^|\/)(?:[\w.-]*(?:config|settings|env|limit|throttl)[\w.-]*|app|main|server|application)\.(?:[cm]?[jt]s|py|java|kt|ya?ml|properties)$|(?:^|\/)\.env\.(?:example|sample|template)$/i;
const MOST_FILES = 60;

/** Names of variables that say how many requests a client may make: configured ones, and those the sources read. */
export async function limitVariables(inspection: Inspection): Promise<readonly string[]> {
  const configured = Object.keys(inspection.settings.run?.env ?? {});
  const files = await inspection.files();
  const texts = await Promise.all(
    files.paths
      .filter((path) => READ.test(path) && !/(?:^|\/)(?:tests?|node_modules|docs)\//.test(path))
      .slice(0, MOST_FILES)
      .map((path) => files.read(path)),
  );
  const read = texts.flatMap((text) => [...(text ?? '').matchAll(NAME)].map(([name]) => name));
  const names = [...configured.flatMap((name) => name.match(NAME) ?? []), ...read];
  return [...new Set(names)].filter((name) => !NOT_AN_AMOUNT.test(name) && !/^RATE_?LIMITS?ER$/.test(name));
}
