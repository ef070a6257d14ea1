import { NoAnswer, type RunningService } from '../../facts/service';
import type { Inspection } from '../../inspection';
import { tellsMemory } from './memory';
import type { Occasions } from './occasions';

const PATHS = ['/metrics', '/actuator/prometheus', '/actuator/metrics', '/prometheus', '/-/metrics'];
const MANIFEST =
  /(?:^|\/)(?:package\.json|requirements[\w.-]*\.txt|pyproject\.toml|Pipfile|setup\.(?:py|cfg)|pom\.xml|build\.gradle(?:\.kts)?)$/;
const LIBRARY =
  /["'<>\s:](?:prom-client|express-prom-bundle|express-prometheus-middleware|fastify-metrics|koa-prom\w*|@willsoto\/nestjs-prometheus|@opentelemetry\/(?:sdk-node|host-metrics|sdk-metrics|instrumentation-runtime-node)|dd-trace|newrelic|elastic-apm-node|prometheus[_-]client|prometheus-fastapi-instrumentator|starlette[_-]exporter|django-prometheus|prometheus-flask-exporter|opentelemetry-instrumentation-system-metrics|ddtrace|elastic-apm|psutil|spring-boot-starter-actuator|micrometer-[\w-]+)\b/;
const SOURCE = /\.(?:[cm]?[jt]s|py|java|kt)$/;
const TEST = /(?:^|\/)(?:tests?|__tests__|spec|src\/test)\/|\.(?:test|spec)\.[cm]?[jt]s$/;
const CALL =
  /process\s*\.\s*memoryUsage|\bmemoryUsage\(|getHeapStatistics|psutil\.|resource\.getrusage|tracemalloc|ru_maxrss|MemoryMXBean|getHeapMemoryUsage|totalMemory\(\)|JvmMemoryMetrics/;
const MOST_SOURCES = 400;

/**
 * Whether somebody who runs the service can learn how much memory it uses: from an endpoint, from its log, or by a
 * library or a call in its sources that reports it from time to time.
 */
export async function isMemoryVisible(
  inspection: Inspection,
  service: RunningService,
  occasions: Occasions,
): Promise<boolean> {
  if (tellsMemory(service.log())) return true;
  if (occasions.all.some(({ response, housekeeping }) => housekeeping && tellsMemory(response.body)))
    return true;
  for (const path of [...PATHS, ...prefixed(inspection)]) {
    try {
      const { status, body } = await service.request({ method: 'GET', path });
      if (status === 200 && tellsMemory(body)) return true;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
    }
  }
  return isReportedBySources(inspection);
}

function prefixed({ settings }: Inspection): string[] {
  const base = settings.api?.basePath ?? null;
  return base === null || base === '/' ? [] : [`${base}/metrics`];
}

async function isReportedBySources(inspection: Inspection): Promise<boolean> {
  const files = await inspection.files();
  const has = async (paths: readonly string[], pattern: RegExp): Promise<boolean> => {
    for (const path of paths) if (pattern.test((await files.read(path)) ?? '')) return true;
    return false;
  };
  const sources = files.paths.filter((path) => SOURCE.test(path) && !TEST.test(path)).slice(0, MOST_SOURCES);
  return (
    (await has(
      files.paths.filter((path) => MANIFEST.test(path)),
      LIBRARY,
    )) || has(sources, CALL)
  );
}
