import { recordOf } from '../../../domain/contract/openapi-document';
import type { ApiOperation, OpenApiDescription } from '../../facts/api-description';
import type { SpecFinding } from './spec-checker';
import { isOperational, responsesOf, segmentsOf } from './spec-reading';

const IN_PATH = /^v\d+(?:[._]\d+)*(?:(?:alpha|beta|rc)\d*)?$/i;
const DATE = /^\d{4}-\d{2}(?:-\d{2})?$/;
const PARAMETER = /^(?:x-)?(?:api|accept)?-?version$|^api_?version$|^v$/i;
const MEDIA_TYPE = /^application\/(?:vnd\.[\w.+-]*v\d|.*;\s*v(?:ersion)?=)/i;

/** The version in a path; null where there is none. */
export function versionIn(path: string): string | null {
  return (
    segmentsOf(path)
      .find((segment) => IN_PATH.test(segment) || DATE.test(segment))
      ?.toLowerCase() ?? null
  );
}

/** Operations whose version cannot be seen, where there should be one. */
export function findVersionFaults(api: OpenApiDescription): SpecFinding[] {
  const operations = api.operations.filter((operation) => !isOperational(operation));
  const silent = operations.filter((operation) => !showsVersion(operation, api));
  if (silent.length === operations.length && operations.length > 0) {
    return [
      {
        key: 'no-version',
        text: 'no operation shows a version: neither in its path, its server, a header nor a media type',
        at: ['paths'],
      },
    ];
  }
  const paths = [...new Map(silent.map((operation) => [operation.path, operation])).values()];
  return paths.map(({ path, pointer }) => ({
    key: `unversioned ${path}`,
    text: `${path} shows no version, other paths do`,
    at: pointer.slice(0, 2),
  }));
}

function showsVersion(operation: ApiOperation, { document }: OpenApiDescription): boolean {
  if (versionIn(operation.path) !== null || /\{(?:api-?)?version\}/i.test(operation.path)) return true;
  if (operation.parameters.some(({ in: place, name }) => place !== 'path' && PARAMETER.test(String(name))))
    return true;
  if (
    responsesOf(operation).some(({ response }) =>
      Object.keys(recordOf(response['content'])).some((type) => MEDIA_TYPE.test(type)),
    )
  ) {
    return true;
  }
  const servers = Array.isArray(document['servers']) ? (document['servers'] as unknown[]) : [];
  return servers.some((server) => /^(?:https?:)?\/\/v\d+\./i.test(String(recordOf(server)['url'])));
}
