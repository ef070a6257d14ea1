import { isRecord, recordOf, type JsonRecord } from '../../../domain/contract/openapi-document';
import type { ApiOperation, OpenApiDescription } from '../../facts/api-description';
import { listResponseOf, type ListResponse } from './list-response';
import { looked, ofOperation, type SpecFinding, type SpecResult } from './spec-checker';
import { alternativesOf } from './spec-reading';

const SIZE = new Set(
  'limit size pagesize perpage count take first last max maxresults maxitems top rows resultsperpage pagelimit pagesizelimit itemsperpage n'.split(
    ' ',
  ),
);
const PLACE = new Set(
  'page pagenumber pageno pageindex p offset skip start startindex cursor after before pagetoken pagecursor nexttoken nextcursor continuationtoken continuation startingafter endingbefore marker since sinceid from fromid lastid afterid beforeid next pageoffset pageafter pagebefore token key lastkey exclusivestartkey startafter seek anchor'.split(
    ' ',
  ),
);
const NEXT = /^next|_?cursor$|^end_?cursor$|^has_?(?:more|next)/i;

const normal = (name: unknown): string =>
  String(name)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');

/** A parameter of a page; a parameter that is an object (`pageable`) has it inside. */
interface PageParameter {
  readonly name: string;
  readonly schema: JsonRecord;
  readonly index: number;
}

/** Lists that come whole, or pages without a largest size. */
export function findPageFaults({ operations }: OpenApiDescription): SpecResult {
  const lists = operations.flatMap((operation) => {
    const list = listResponseOf(operation);
    return list === null ? [] : [{ operation, list }];
  });
  if (lists.length === 0) {
    return {
      kind: 'nothing',
      rule: 'no-list-operations',
      reason: 'no operation answers with a list that can grow',
    };
  }
  return looked(
    lists.flatMap(({ operation, list }) => faultsOf(operation, list)),
    `${String(lists.length)} list operations are paginated with an upper bound`,
  );
}

function pageParameters({ parameters }: ApiOperation): PageParameter[] {
  return parameters.flatMap((parameter, index) => {
    if (parameter['in'] !== 'query' && parameter['in'] !== 'header') return [];
    const [schema = {}] = alternativesOf(recordOf(parameter['schema']));
    const inner = Object.entries(recordOf(schema['properties'])).map(([name, value]) => ({
      name,
      schema: isRecord(value) ? value : {},
      index,
    }));
    return [{ name: String(parameter['name']), schema: recordOf(parameter['schema']), index }, ...inner];
  });
}

function faultsOf(operation: ApiOperation, { page }: ListResponse): SpecFinding[] {
  const parameters = pageParameters(operation);
  const size = parameters.find(({ name }) => SIZE.has(normal(name)));
  const place = parameters.find(({ name }) => PLACE.has(normal(name)));
  if (size === undefined && place === undefined) {
    return [
      ofOperation(
        'unpaginated-list',
        operation,
        'answers with a list that has no limit; add `limit` with a maximum and a cursor or page',
      ),
    ];
  }
  const faults: SpecFinding[] = [];
  if (size !== undefined && !hasMaximum(size.schema)) {
    faults.push(
      ofOperation('unbounded-page', operation, `takes \`${size.name}\` without a maximum`, size.name, [
        'parameters',
      ]),
    );
  }
  if (
    place === undefined &&
    page !== null &&
    Object.keys(recordOf(page['properties'])).some((name) => NEXT.test(name))
  ) {
    faults.push(
      ofOperation(
        'no-next-page',
        operation,
        'answers with where the next page is and takes no parameter to ask for it',
        '',
        ['parameters'],
      ),
    );
  }
  return faults;
}

function hasMaximum(schema: JsonRecord): boolean {
  const options = alternativesOf(schema);
  return options.every(
    (option) =>
      typeof option['maximum'] === 'number' ||
      typeof option['exclusiveMaximum'] === 'number' ||
      Array.isArray(option['enum']) ||
      option['const'] !== undefined,
  );
}
