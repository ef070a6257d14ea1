import type { SourceFiles } from '../facts/source-files';
import type { Evidence } from '../../domain/quality-gate/receipt';

/** A rate limiter in the sources: what brings it, where it is used, and the amount where it is a literal. */
export interface LimitInSources {
  readonly library: string;
  readonly evidence: Evidence;
  readonly amount: number | null;
}

const LIBRARIES: readonly {
  readonly name: string;
  readonly manifest: RegExp;
  /** Its use, in a source; group 1, where there is one, is the name that has to be used once more. */
  readonly use: RegExp;
}[] = [
  {
    name: 'express-rate-limit',
    manifest: /"express-rate-limit"/,
    use: /(?:const|let|var)\s+(\w+)\s*=\s*(?:await\s+)?(?:rateLimit|RateLimit|expressRateLimit|limiter)\s*\(|\.use\([^;]{0,200}?(?:rateLimit|RateLimit|expressRateLimit)\s*\(/,
  },
  { name: 'rate-limiter-flexible', manifest: /"rate-limiter-flexible"/, use: /\.consume\s*\(/ },
  {
    name: '@fastify/rate-limit',
    manifest: /"@?fastify[/-]rate-limit"/,
    use: /register\s*\(\s*(?:await\s+)?(?:import\(['"]@fastify\/rate-limit['"]\)|\w*[rR]ate_?[lL]imit\w*)/,
  },
  {
    name: '@nestjs/throttler',
    manifest: /"@nestjs\/throttler"/,
    use: /useClass:\s*\w*Throttler\w*|UseGuards\([^)]*Throttler\w*/,
  },
  {
    name: 'koa-ratelimit',
    manifest: /"koa-ratelimit"|"koa2-ratelimit"/,
    use: /\.use\(\s*\w*[rR]ate_?[lL]imit\w*/,
  },
  { name: 'hapi-rate-limit', manifest: /"hapi-rate-limit(?:or)?"/, use: /register\s*\([^;]{0,200}[rR]ate/ },
  {
    name: 'slowapi',
    manifest: /\bslowapi\b/i,
    use: /@\w+\.limit\s*\(|SlowAPI(?:ASGI)?Middleware|default_limits\s*=/,
  },
  { name: 'fastapi-limiter', manifest: /fastapi-limiter/i, use: /Depends\(\s*RateLimiter\s*\(/ },
  { name: 'flask-limiter', manifest: /flask-limiter/i, use: /default_limits\s*=|@\w*limiter\.limit\s*\(/ },
  { name: 'django-ratelimit', manifest: /django-ratelimit/i, use: /@ratelimit\s*\(/ },
  {
    name: 'djangorestframework',
    manifest: /djangorestframework/i,
    use: /DEFAULT_THROTTLE_RATES|throttle_classes\s*=/,
  },
  {
    name: 'bucket4j',
    manifest: /bucket4j/i,
    use: /\.tryConsume(?:AndReturnRemaining)?\s*\(|bucket4j\.filters/,
  },
  {
    name: 'resilience4j',
    manifest: /resilience4j/i,
    use: /@RateLimiter\b|RateLimiter\.(?:decorate|of)|\.acquirePermission\s*\(/,
  },
  {
    name: 'graphql-rate-limit',
    manifest: /"graphql-rate-limit(?:-directive)?"/,
    use: /rateLimitDirective|createRateLimitDirective|@rateLimit\b/,
  },
];
const MANIFEST =
  /(?:^|\/)(?:package\.json|requirements[\w.-]*\.txt|pyproject\.toml|Pipfile|setup\.(?:py|cfg)|pom\.xml|build\.gradle(?:\.kts)?)$/;
const SOURCE = /\.(?:[cm]?[jt]sx?|py|java|kt|ya?ml|properties)$/;
/** Limits of signing in are another item, and say nothing of the rest. */
const SIGN_IN = /session|log-?in|(?:^|\/)auth|sign-?in/i;
const ELSEWHERE =
  /(?:^|\/)(?:tests?|__tests__|node_modules|docs|dist|build|examples?)\/|\.(?:test|spec)\.|src\/test\//;
const MOST_FILES = 500;

/** The limiter a service depends on and uses; null: there is none, or it is not used. */
export async function limitInSources(files: SourceFiles): Promise<LimitInSources | null> {
  const manifests = (
    await Promise.all(files.paths.filter((path) => MANIFEST.test(path)).map((path) => files.read(path)))
  ).join('\n');
  const libraries = LIBRARIES.filter(({ manifest }) => manifest.test(manifests));
  if (libraries.length === 0) return null;
  for (const path of files.paths
    .filter((one) => SOURCE.test(one) && !ELSEWHERE.test(one) && !SIGN_IN.test(one))
    .slice(0, MOST_FILES)) {
    const text = await files.read(path);
    if (text === null) continue;
    for (const { name, use } of libraries) {
      const match = use.exec(text);
      if (match === null) continue;
      const binding = match[1];
      if (binding !== undefined && !(await isUsed(files, binding, text))) continue;
      const line = text.slice(0, match.index).split('\n').length;
      const quote = (text.split('\n')[line - 1] ?? '').trim().slice(0, 300);
      const amount = /\b(?:max|limit|points|requests)\s*:\s*(\d[\d_]*)\s*[,}\n]/.exec(
        text.slice(match.index, match.index + 600),
      )?.[1];
      return {
        library: name,
        evidence: { kind: 'source', file: path, line, quote: quote === '' ? name : quote },
        amount: amount === undefined ? null : Number(amount.replaceAll('_', '')),
      };
    }
  }
  return null;
}

/** The limiter's name comes again after it was made: here, or in a file that imports it. */
async function isUsed(files: SourceFiles, name: string, text: string): Promise<boolean> {
  const mentions = text.match(new RegExp(`\\b${name}\\b`, 'g'))?.length ?? 0;
  if (mentions > 1 && !new RegExp(`export\\s+(?:const|let|var)\\s+${name}\\b`).test(text)) return true;
  for (const path of files.paths
    .filter((one) => /\.[cm]?[jt]s$/.test(one) && !ELSEWHERE.test(one))
    .slice(0, MOST_FILES)) {
    const other = await files.read(path);
    if (
      other !== null &&
      other !== text &&
      new RegExp(`\\b${name}\\b[^;]*\\)|\\b${name}\\s*[,)]`).test(other.replace(/import[^;]*;/g, ''))
    )
      return true;
  }
  return false;
}
