import type { GateSettings } from '../../../domain/quality-gate/gate-settings';

/** Names whose value no production may run without: what signs, what encrypts, where the data is. */
const ESSENTIAL =
  /^(?:[A-Z0-9_]*(?:JWT|SESSION|COOKIE|TOKEN|SIGNING|ENCRYPTION|CSRF|APP|AUTH|DJANGO|FLASK)_?(?:SECRET|SECRET_KEY|KEY|SIGNING_KEY|PRIVATE_KEY)|SECRET|SECRET_KEY|SECRET_KEY_BASE|DATABASE_URL)$/;
/** Reading a variable: JavaScript, Python, Java and Kotlin, Spring's placeholders without a default. */
const READS = [
  /\bprocess\.env(?:\.|\[['"`])([A-Z][A-Z0-9_]*)/g,
  /\bos\.environ(?:\.get\(|\[)\s*['"]([A-Z][A-Z0-9_]*)/g,
  /\bos\.getenv\(\s*['"]([A-Z][A-Z0-9_]*)/g,
  /\bSystem\.getenv\(\s*"([A-Z][A-Z0-9_]*)/g,
  /\$\{([A-Z][A-Z0-9_]*)[:}]/g,
] as const;

/**
 * Variables the service has to refuse to start without: the configured ones, and those its sources read whose name says
 * that they hold a secret or the way to the data.
 */
export function requiredVariables(
  run: NonNullable<GateSettings['run']>,
  sources: readonly string[],
): readonly string[] {
  const read = sources.flatMap((text) =>
    READS.flatMap((pattern) => [...text.matchAll(pattern)].map(([, name]) => name ?? '')),
  );
  return [...new Set([...run.requiredEnv, ...read.filter((name) => ESSENTIAL.test(name))])];
}
