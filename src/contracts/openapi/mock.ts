import { recordOf, type JsonRecord } from '../../domain/contract/openapi-document';
import type { MockScript } from '../mock-server';
import { basePathsOf, operationsOf, type Operation, type OperationResponse } from './operations';
import { createSampler, examplesOf, type Sampler } from './samples';

interface MockAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly examples: readonly { readonly name: string | null; readonly body: string }[];
}

interface MockRoute {
  readonly method: string;
  readonly pattern: string;
  /** What is sent unless something else is preferred, first. */
  readonly answers: readonly MockAnswer[];
}

/** The routes of a document with the answers of its examples. */
export function openApiMock(document: JsonRecord): MockScript {
  const sampler = createSampler(document);
  const routes = operationsOf(document)
    .sort((a, b) => specificity(b.path) - specificity(a.path) || (a.name < b.name ? -1 : 1))
    .map((operation): MockRoute => {
      const answers = operation.responses.map((one) => answerOf(one, operation, sampler));
      const isGood = ({ status }: MockAnswer): boolean => status >= 200 && status < 300;
      return {
        method: operation.method,
        pattern: patternOf(operation.path),
        answers: [...answers.filter(isGood), ...answers.filter((one) => !isGood(one))],
      };
    });
  return { code: CODE, data: { basePaths: basePathsOf(document), routes } };
}

/** Paths with fewer parameters, and longer ones, are looked at first. */
const specificity = (path: string): number => path.length - 1000 * (path.split('{').length - 1);

function patternOf(path: string): string {
  return path
    .split(/(\{[^}]*\})/)
    .map((part) => (part.startsWith('{') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('');
}

function answerOf(
  { status, response, content }: OperationResponse,
  { responses }: Operation,
  spec: Sampler,
): MockAnswer {
  const code = /^\d{3}$/.test(status)
    ? Number(status)
    : /^[1-5]xx$/i.test(status)
      ? Number(status[0]) * 100
      : responses.some((one) => one.status.startsWith('2'))
        ? 500
        : 200;
  const json = content.find(({ mediaType }) => /json/i.test(mediaType)) ?? content[0];
  const headers = Object.entries(recordOf(response['headers']))
    .map(([name, header]): [string, string] => [name.toLowerCase(), headerOf(header, spec)])
    .filter(([name, value]) => /^[\w-]+$/.test(name) && /^[\x20-\x7e]+$/.test(value))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const examples = json === undefined ? [] : examplesOf(json.media, 'response', spec);
  return {
    status: code,
    headers: {
      ...Object.fromEntries(headers),
      ...(json === undefined ? {} : { 'content-type': concrete(json.mediaType) }),
    },
    examples: examples.map(({ name, value }) => ({
      name,
      body: typeof value === 'string' && !/json/i.test(json?.mediaType ?? '') ? value : JSON.stringify(value),
    })),
  };
}

function headerOf(header: unknown, spec: Sampler): string {
  const at = spec.resolve(header);
  const [example] = examplesOf(
    { ...at, ...recordOf(Object.values(recordOf(at['content']))[0]) },
    'response',
    spec,
  );
  const value = example?.value;
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : '';
}

const concrete = (mediaType: string): string =>
  mediaType.includes('*') || !/^[\x20-\x7e]+$/.test(mediaType) ? 'application/json' : mediaType;

const CODE = String.raw`
// What is wanted: Prefer: code=404, example=name
function preferred(header) {
  const wanted = {};
  for (const part of header.split(/[,;]/)) {
    const [name, value] = part.split('=').map((text) => text.trim().replace(/^"|"$/g, ''));
    if (value !== undefined) wanted[name] = value;
  }
  return wanted;
}

function answer({ method, path, prefer }) {
  if (method === 'OPTIONS') return { status: 204, headers: {}, body: null };
  const paths = [path, ...CONTRACT.basePaths.filter((base) => path.startsWith(base + '/')).map((base) => path.slice(base.length))];
  const here = CONTRACT.routes.filter(({ pattern }) => paths.some((one) => new RegExp('^' + pattern + '$').test(one)));
  if (here.length === 0) return problem(404, 'The contract has no path ' + path + '.');
  const first = here.find((route) => route.method === method) ?? here.find((route) => method === 'HEAD' && route.method === 'GET');
  if (first === undefined) {
    const allow = [...new Set(here.map((route) => route.method))].join(', ');
    const refusal = problem(405, 'The contract has no ' + method + ' ' + path + '.');
    return { ...refusal, headers: { ...refusal.headers, allow } };
  }
  const wanted = preferred(prefer);
  const chosen = wanted.code === undefined ? first.answers[0] : first.answers.find(({ status }) => String(status) === wanted.code);
  if (chosen === undefined) return problem(400, 'The contract declares no such answer to ' + method + ' ' + path + '.');
  const example = chosen.examples.find(({ name }) => name === wanted.example) ?? chosen.examples[0];
  return { status: chosen.status, headers: chosen.headers, body: example === undefined ? null : example.body };
}
`;
