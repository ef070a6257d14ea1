import { isMainSource } from '../engine/paths';

/** Folders and files whose values are for trying out, and documents. */
const TRIAL =
  /(?:^|\/)(?:tests?|__tests__|specs?|e2e|fixtures?|testdata|__mocks__|docs?|examples?|samples?)\/|[._-](?:test|spec)\.\w+$|(?:^|\/)(?:test_[^/]*|[^/]*_test|conftest)\.py$|(?:Tests?|IT)\.java$|(?:^|\/)(?:\.env\.(?:example|sample|template|dist|test|ci|development|local)|env\.example|example\.env|(?:docker-)?compose[\w.-]*\.ya?ml|README[\w.-]*|CONTRIBUTING[\w.-]*|AGENTS\.md)$|\.(?:md|rst|adoc|txt|example|sample|template)$|(?:^|\/)\.github\/workflows\//i;

/** Whether values in such a file are most likely made up: tests, documents, examples, local containers. */
export function isTrialPath(path: string): boolean {
  return TRIAL.test(path) && !isMainSource(path);
}

const WORDS =
  /example|sample|dummy|fake|placeholder|change[-_ ]?(?:me|it|this)|replace|your[-_ ]|^my[-_]|insert|todo|fixme|redacted|not[-_ ]?a|xxx|\.\.\.|lorem|foobar|foo-?bar|^(?:dev|test|local|demo|mock|stub|ci|unit|canary)(?:[-_ ]|$)|[-_](?:for[-_]tests?|only|test|dev)$|^(?:user|admin|root|postgres|mysql|mariadb|guest|app|service|api|minio\w*|rabbitmq|redis|mongo|password|passwd|pass|pwd|secret|token|key|test|testing|dev|string|none|null|undefined|true|false)\d{0,3}$/i;
const REFERENCE =
  /^(?:[$<{%#]|\[|\*+$|process\.env|os\.environ|env[.(]|config[.(]|settings[.(]|secrets?\.|vault:|ref:|arn:|file:|!|&)|\$\{|\{\{|%\(|<\w+>/;

/** Whether a value only stands for a secret: a reference, an example, a word, or keys hit in a row. */
export function isPlaceholder(value: string): boolean {
  return REFERENCE.test(value) || WORDS.test(value) || isMonotonous(value);
}

/** `aaaaaaaa`, `12345678`, `abcdefgh`, `0123456789abcdef`: no secret is like that. */
function isMonotonous(value: string): boolean {
  if (new Set(value.toLowerCase()).size <= Math.min(4, value.length / 3)) return true;
  let steps = 0;
  for (let at = 1; at < value.length; at += 1) {
    const step = value.charCodeAt(at) - value.charCodeAt(at - 1);
    if (step === 1 || step === 0) steps += 1;
  }
  return steps >= (value.length - 1) * 0.6;
}

/** Bits of information a character carries, by how often each occurs. */
export function bitsPerCharacter(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}
