import type { GateSlug } from '../../../domain/quality-gate/gate-items';
import type { Evidence, GateFinding } from '../../../domain/quality-gate/receipt';
import type { Survey } from '../../../domain/target/survey';
import { type Answer, CannotTell, type GateChecker } from '../../checker';
import {
  type ApiDescription,
  type ApiOperation,
  type GraphqlDescription,
  type OpenApiDescription,
  specOf,
} from '../../facts/api-description';
import { NO_SETTINGS } from '../../../domain/quality-gate/gate-settings';
import type { Steps } from '../../facts/api/parse-text';
import type { Inspection } from '../../inspection';
import type { Outcome } from '../../outcome';

/** Something wrong in a description, with the place it stands at. */
export interface SpecFinding {
  /** Names the rule and what it is about; no line. */
  readonly key: string;
  readonly text: string;
  /** In an OpenAPI document. */
  readonly at?: Steps;
  /** Of a GraphQL schema. */
  readonly line?: number;
}

/** One rule for one item over the description alone. */
export interface SpecRule {
  readonly name: string;
  readonly version: string;
  readonly subject: GateSlug;
  readonly openapi: (api: OpenApiDescription, inspection: Inspection) => SpecResult | Promise<SpecResult>;
  readonly graphql: (api: GraphqlDescription, inspection: Inspection) => SpecResult | Promise<SpecResult>;
  readonly comparesWithBase?: boolean;
  readonly control: () => boolean | Promise<boolean>;
}

/** What is wrong, or the rule by which there is nothing to look at. */
export type SpecResult =
  | { readonly kind: 'looked'; readonly findings: readonly SpecFinding[]; readonly note: string }
  | { readonly kind: 'nothing'; readonly rule: string; readonly reason: string };

export const looked = (findings: readonly SpecFinding[], note: string): SpecResult => ({
  kind: 'looked',
  findings,
  note,
});

/** A finding about one operation. */
export function ofOperation(
  rule: string,
  { method, path, pointer }: ApiOperation,
  text: string,
  detail = '',
  at: Steps = [],
): SpecFinding {
  return {
    key: [rule, method, path, detail].filter((part) => part !== '').join(' '),
    text: `${method} ${path} ${text}`,
    at: [...pointer, ...at],
  };
}

/** Whether a change of the file may change the description of the API. */
export function readsSpec(path: string, survey: Survey): boolean {
  const spec = specOf(survey.gate ?? NO_SETTINGS, survey.apiSpec);
  if (spec?.from !== 'file') return true;
  return /\.(?:ya?ml|json|graphqls?|gql)$/.test(path) || path === spec.spec.replace(/^\.\//, '');
}

/** A checker of a rule that looks at the description alone. */
export function createSpecChecker(rule: SpecRule): GateChecker {
  const { name, version, subject, control } = rule;
  return {
    name,
    version,
    subjects: [subject],
    scope: 'task',
    reads: readsSpec,
    ...(rule.comparesWithBase === true ? { comparesWithBase: true } : {}),
    control,
    check: async (inspection) => {
      const api = await inspection.api();
      if (api.kind === 'openapi' && api.operations.length === 0) {
        throw new CannotTell(`${api.source} describes no operation`);
      }
      const result = await (api.kind === 'openapi'
        ? rule.openapi(api, inspection)
        : rule.graphql(api, inspection));
      return [{ subject, ...answer(api, result) }];
    },
  };
}

/** Findings with their lines, and the lines as evidence. */
export function answer(api: ApiDescription, result: SpecResult): Omit<Answer, 'subject'> {
  if (result.kind === 'nothing') {
    return { outcome: { kind: 'not-applicable', rule: result.rule, reason: result.reason } };
  }
  const located = result.findings.map((finding) => ({ finding, place: placeOf(api, finding) }));
  const findings = located.map(({ finding: { key, text }, place }): GateFinding => ({
    key,
    text,
    ...(place === null ? {} : { file: place.file, line: place.line }),
  }));
  return {
    outcome: outcomeOf(api, findings, result.note),
    evidence: evidenceOf(
      located.flatMap(({ place }) => (place === null ? [] : [place])),
      api,
      result.note,
    ),
  };
}

function outcomeOf(api: ApiDescription, findings: readonly GateFinding[], note: string): Outcome {
  if (findings.length > 0) {
    const first = findings[0]?.text ?? '';
    const more = findings.length === 1 ? '' : `; ${String(findings.length - 1)} more`;
    return { kind: 'ran-found', note: `${first}${more}`, findings };
  }
  const [remote] = api.kind === 'openapi' ? api.remote : [];
  if (remote !== undefined) {
    return {
      kind: 'could-not-run',
      reason: `${api.source} refers to ${remote.slice(0, 200)}, which is not in the repository and is never fetched`,
    };
  }
  return { kind: 'ran-clean', note };
}

function evidenceOf(
  places: readonly { readonly file: string; readonly line: number; readonly quote: string }[],
  api: ApiDescription,
  note: string,
): Evidence[] {
  if (places.length === 0) return [{ kind: 'measurement', text: `${api.source}: ${note}`.slice(0, 2000) }];
  return places
    .slice(0, 20)
    .map(({ file, line, quote }) => ({ kind: 'source', file, line, quote: quote.slice(0, 500) }));
}

function placeOf(
  api: ApiDescription,
  { at, line }: SpecFinding,
): { readonly file: string; readonly line: number; readonly quote: string } | null {
  if (api.kind === 'openapi') return at === undefined ? null : api.locate(at);
  if (line === undefined || api.from === 'endpoint') return null;
  return { file: api.source, line, quote: (api.text.split('\n')[line - 1] ?? '').trim() };
}
