import { createHash } from 'node:crypto';
import { isSecretName } from '../rules/credentials';
import { bitsPerCharacter, isPlaceholder, isTrialPath } from './placeholder';

/** A secret in a text, without the secret. */
export interface SecretHit {
  readonly kind: string;
  /** From 1. */
  readonly line: number;
  /** Its first characters and how long it is. */
  readonly hint: string;
  /** Tells the same secret in another place; says nothing about it. */
  readonly fingerprint: string;
}

/** Shapes that leave no doubt wherever they stand; the value is group 1, or the whole match. */
const SURE: readonly (readonly [kind: string, pattern: RegExp])[] = [
  [
    'private-key',
    /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY(?: BLOCK)?-----(?:\\n|\s)+((?:[A-Za-z0-9+/=]{20,}(?:\\n|\s|["'+\\n])*)+)/g,
  ],
  ['aws-access-key', /\b((?:AKIA|ASIA)[A-Z0-9]{16})\b/g],
  ['anthropic-key', /\b(sk-ant-[A-Za-z0-9_-]{20,})/g],
  ['openai-key', /\b(sk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{32,})/g],
  ['github-token', /\b(gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,})/g],
  ['gitlab-token', /\b(glpat-[A-Za-z0-9_-]{20,})/g],
  ['slack-token', /\b(xox[abeoprs]-[A-Za-z0-9-]{20,})/g],
  [
    'slack-webhook',
    /(https:\/\/hooks\.slack\.com\/services\/T[A-Z0-9]{6,}\/B[A-Z0-9]{6,}\/[A-Za-z0-9]{16,})/g,
  ],
  ['google-key', /\b(AIza[A-Za-z0-9_-]{35})/g],
  ['stripe-key', /\b((?:[rs]k|whsec)_(?:live_|test_)?[A-Za-z0-9]{20,})/g],
  ['sendgrid-key', /\b(SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{20,})/g],
  ['twilio-key', /\b((?:SK|AC)[0-9a-f]{32})\b/g],
  ['npm-token', /\b(npm_[A-Za-z0-9]{36})\b/g],
  ['pypi-token', /\b(pypi-[A-Za-z0-9_-]{50,})/g],
  ['azure-key', /\bAccountKey=([A-Za-z0-9+/=]{60,})/g],
];

const URL_PASSWORD =
  /\b([a-z][a-z0-9+.-]{1,30}):\/\/([^\s:/@'"`<>]{0,100}):([^\s/@'"`<>]{1,200})@([^\s/'"`:?)<>]{1,200})/gi;
const JSON_WEB_TOKEN = /\b(eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,})/g;
const LOCAL_HOST =
  /^(?:localhost|127\.0\.0\.1|\[?::1\]?|0\.0\.0\.0|host\.docker\.internal|[a-z][a-z0-9_-]*|.*\.(?:local|localhost|example|test|invalid|example\.(?:com|org|net)))$/i;

/** `name = "value"`, `name: 'value'`, `"name": "value"`, `name := "value"`, `.setName("value")`. */
const QUOTED =
  /(?:(\b(?:const|let|var|final|static|private|public|export)\b[^\n=;]{0,60}?)|(^\s*)|)(["'`]?)([A-Za-z_][\w.-]{1,60})\3\s*(?::\s*[A-Za-z_][\w<>[\]| ]{0,30}\s*=|:=|=>|[:=])\s*(?:[A-Za-z.]{0,20}\(\s*)?(["'`])((?:(?!\5)[^\\\n]|\\.){4,300})\5(\s*[.+(])?/gm;
/** `NAME=value` and `name: value` of files without quotes. */
const BARE =
  /^\s*(?:export\s+|-\s+|ENV\s+|ARG\s+)?["']?([A-Za-z_][\w.-]{1,80})["']?\s*[=:]\s*([^\s"'#,;{}[\]()]{6,300})\s*(?:#.*)?$/gm;
const BARE_FILES =
  /(?:^|\/)(?:\.env[\w.-]*|[\w.-]+\.env|Dockerfile[\w.-]*)$|\.(?:ya?ml|properties|ini|cfg|conf|toml|tfvars|sh|env)$/i;

const NOT_SCANNED =
  /(?:^|\/)(?:node_modules|dist|\.venv|site-packages|__pycache__|coverage)\/|(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|poetry\.lock|Pipfile\.lock|uv\.lock|composer\.lock|Cargo\.lock|go\.sum|gradle-wrapper\.properties)$|\.(?:min\.[cm]?js|map|svg|snap|lock|pem\.example|woff2?|ttf|pdf|csv)$/i;

/** Whether a file can hold a secret that somebody wrote there. */
export function isScanned(path: string): boolean {
  return !NOT_SCANNED.test(path);
}

/** Secrets in the text of a file; values that are examples, references or made up for tests are none. */
export function findSecretsIn(path: string, text: string): SecretHit[] {
  const isTrial = isTrialPath(path);
  const hits: SecretHit[] = [];
  const taken: { from: number; to: number }[] = [];
  const lineOf = createLineFinder(text);
  const add = (kind: string, value: string, at: number): void => {
    if (taken.some(({ from, to }) => at < to && at + value.length > from)) return;
    taken.push({ from: at, to: at + value.length });
    hits.push({ kind, line: lineOf(at), hint: hintOf(value), fingerprint: fingerprintOf(value) });
  };
  for (const [kind, pattern] of SURE) {
    for (const match of text.matchAll(pattern)) {
      const value = match[1] ?? match[0];
      const isFake =
        kind === 'private-key'
          ? isTrial
          : isPlaceholder(value) || (isTrial && /test/i.test(value)) || bitsPerCharacter(value) < 2.5;
      if (!isFake) add(kind, value, match.index + match[0].indexOf(value));
    }
  }
  for (const match of text.matchAll(URL_PASSWORD)) {
    const [whole, scheme = '', user = '', password = '', host = ''] = match;
    const isLocal = LOCAL_HOST.test(host);
    const isFake =
      isPlaceholder(password) ||
      password === user ||
      (isTrial && (isLocal || !looksRandom(password))) ||
      /\$\{|\{\w*\}/.test(user + host);
    if (!isFake && !(isLocal && password.length < 6) && scheme !== 'git')
      add('url-password', password, match.index + whole.lastIndexOf(password));
  }
  if (!isTrial)
    for (const match of text.matchAll(JSON_WEB_TOKEN)) add('json-web-token', match[0], match.index);
  for (const match of text.matchAll(QUOTED)) {
    const [whole, declared, start, , name = '', , value = '', after] = match;
    const isDeclared = declared !== undefined || start !== undefined;
    if (after === undefined && isAssignedSecret(name, value, { isTrial, isDeclared }))
      add('assigned-literal', value, match.index + whole.lastIndexOf(value));
  }
  if (BARE_FILES.test(path)) {
    for (const match of text.matchAll(BARE)) {
      const [whole, name = '', value = ''] = match;
      if (isAssignedSecret(name, value, { isTrial, isDeclared: true }))
        add('assigned-value', value, match.index + whole.lastIndexOf(value));
    }
  }
  return hits;
}

function isAssignedSecret(
  name: string,
  value: string,
  { isTrial, isDeclared }: { isTrial: boolean; isDeclared: boolean },
): boolean {
  const last = name.split('.').at(-1) ?? name;
  if (!isSecretName(last.replaceAll('-', '_')) && !isSecretName(name.replace(/[.-]/g, '_'))) return false;
  if (isPlaceholder(value) || /\s/.test(value) || /^(?:\w+:\/\/|\/|\.\.?\/)/.test(value)) return false;
  if (isTrial) return looksRandom(value) && value.length >= 20 && bitsPerCharacter(value) >= 3.5;
  if (isNameLike(value, last)) return false;
  if (looksRandom(value)) return true;
  // Words joined by hyphens, or letters alone: a password where somebody declares it, a label elsewhere.
  const isToken = /token|key|salt|credential/i.test(last);
  return isDeclared && !isToken && value.length >= 6 && /^[\w!@#$%^&*.+-]+$/.test(value);
}

/** The value repeats the name, or is a name itself: `JWT_SECRET`, `x-api-key`, `accessToken`, `app.jwt.secret`. */
function isNameLike(value: string, name: string): boolean {
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, '');
  if (/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(value) && !/\d{3}/.test(value)) return true;
  if (
    /^[a-z]+(?:[._:-][a-z]+)+$/i.test(value) &&
    /(?:secret|password|token|key|credential)s?$|^x-/i.test(value) &&
    plain(value).includes(plain(name).slice(-6))
  )
    return /^x-|[._:]/.test(value) || plain(value) === plain(name);
  if (plain(value) === plain(name) || (plain(name).endsWith(plain(value)) && !/\d/.test(value))) return true;
  return /^[a-z]+(?:[A-Z][a-z]+)+$/.test(value) && /(?:secret|password|token|key)$/i.test(value);
}

/** Letters and digits mixed, with at least 2.8 bits a character. */
function looksRandom(value: string): boolean {
  if (value.length < 8 || !/[0-9]/.test(value) || !/[A-Za-z]/.test(value)) return false;
  if (/^[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)+(?:\(\))?$/.test(value) || /^\d{4}-\d{2}-\d{2}/.test(value))
    return false;
  return bitsPerCharacter(value) >= 2.8;
}

function hintOf(value: string): string {
  return `${value.slice(0, value.length >= 12 ? 4 : 2)}… (${String(value.length)} characters)`;
}

export function fingerprintOf(value: string): string {
  return createHash('sha256').update(value).digest('hex').slice(0, 12);
}

/** Lines of offsets, looked up without cutting the text again and again. */
export function createLineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
