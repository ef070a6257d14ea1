import type { Evidence } from '../../../domain/quality-gate/receipt';
import type { RunningService } from '../../facts/service';
import type { Inspection } from '../../inspection';
import { findOccasions } from './occasions';

const LIBRARIES =
  /["'<>\s:](redis|ioredis|node-cache|lru-cache|keyv|cache-manager|apicache|memcached|memjs|@nestjs\/cache-manager|@fastify\/caching|etag|dataloader|fastapi-cache2?|aiocache|cachetools|django-redis|flask-caching|spring-boot-starter-cache|caffeine|ehcache)\b/g;
const MANIFEST =
  /(?:^|\/)(?:package\.json|requirements[\w.-]*\.txt|pyproject\.toml|Pipfile|pom\.xml|build\.gradle(?:\.kts)?)$/;

/** What one reading operation says about keeping its answer. */
interface CachingFact {
  readonly name: string;
  readonly cacheControl: string | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly vary: string | null;
  /** Whether a second request with the ETag was answered with 304; null where there is none. */
  readonly revalidates: boolean | null;
}

/** Facts for the reviewer of the caching item; whether caching pays is judgement. */
export interface CachingFacts {
  readonly operations: readonly CachingFact[];
  /** Libraries for caching among the dependencies. */
  readonly libraries: readonly string[];
  readonly evidence: Evidence;
}

/** Asks each reading operation how its answer may be kept. */
export async function observeCaching(
  inspection: Inspection,
  service?: RunningService,
): Promise<CachingFacts> {
  const running = service ?? (await inspection.service());
  const occasions = await findOccasions(inspection, running);
  const operations: CachingFact[] = [];
  for (const { name, reads, requests, response } of occasions.all) {
    const [request] = requests;
    if (!reads || request === undefined) continue;
    const header = (key: string): string | null => response.headers[key] ?? null;
    const etag = header('etag');
    const again =
      etag === null
        ? null
        : await running.request({ ...request, headers: { ...request.headers, 'if-none-match': etag } });
    operations.push({
      name,
      cacheControl: header('cache-control'),
      etag,
      lastModified: header('last-modified'),
      vary: header('vary'),
      revalidates: again === null ? null : again.status === 304,
    });
  }
  const libraries = await cachingLibraries(inspection);
  const rows = [
    ...operations.map(rowOf),
    `libraries for caching: ${libraries.length === 0 ? 'none' : libraries.join(', ')}`,
    ...(occasions.left.length === 0 ? [] : [`not asked: ${occasions.left.join(', ')}`]),
  ];
  return { operations, libraries, evidence: { kind: 'measurement', text: rows.join('\n').slice(0, 2000) } };
}

function rowOf({ name, cacheControl, etag, vary, revalidates }: CachingFact): string {
  const validator =
    etag === null ? 'no ETag' : `ETag ${revalidates === true ? '(answers 304)' : '(never answers 304)'}`;
  return `${name}: Cache-Control ${cacheControl ?? 'absent'}, ${validator}, Vary ${vary ?? 'absent'}`;
}

async function cachingLibraries(inspection: Inspection): Promise<string[]> {
  const files = await inspection.files();
  const texts = await Promise.all(
    files.paths.filter((path) => MANIFEST.test(path)).map((path) => files.read(path)),
  );
  const names = texts.flatMap((text) => [...(text ?? '').matchAll(LIBRARIES)].map(([, name]) => name ?? ''));
  return [...new Set(names)].sort();
}
