import { isListType, isNonNullType, type GraphQLField } from 'graphql';
import { listOf, recordOf } from '../../domain/contract/openapi-document';
import { type Answer, DoesNotApply } from '../checker';
import type { Conversation } from './conversation';
import { type Exchange, type ProbeFinding, wasAnswered } from './exchange';
import {
  callOf,
  graphqlPath,
  graphqlRequest,
  objectFields,
  readGraphqlSchema,
  rootFields,
} from './graphql-request';
import { foreignTokens } from './foreign-tokens';
import { leakIn, SQL_COMPLAINT } from './leaks';
import { isJsonType, parseJson, rowsIn } from './operation-shape';
import { probeAnswer } from './verdict';

const finding = (key: string, text: string, exchange: Exchange): ProbeFinding => ({ key, text, exchange });

/** Item 3: documents, good and bad, are answered and nothing fails. */
export async function graphqlStatuses(conversation: Conversation): Promise<Answer> {
  const exchanges = await badDocuments(conversation);
  const findings = exchanges.flatMap((exchange) => {
    if (!wasAnswered(exchange)) return [];
    const { status } = exchange.response;
    if (status >= 500)
      return [
        finding(
          `failure:${exchange.purpose}`,
          `A request with ${exchange.purpose} fails with ${status}.`,
          exchange,
        ),
      ];
    if (exchange.purpose === 'a good document' && status !== 200)
      return [finding('good-document', `A good document is answered with ${status}.`, exchange)];
    if (exchange.purpose === 'an unknown path' && status !== 404)
      return [
        finding('unknown-path', `An unknown path is answered with ${status} instead of 404.`, exchange),
      ];
    return [];
  });
  return probeAnswer(
    'response-codes',
    findings,
    `${exchanges.length} good and bad documents were answered without a failure`,
    { shown: exchanges },
  );
}

/** Item 4: errors are JSON in the shape GraphQL gives them, and tell nothing of the inside. */
export async function graphqlErrorShapes(conversation: Conversation): Promise<Answer> {
  const exchanges = await badDocuments(conversation);
  const findings = exchanges
    .filter(wasAnswered)
    .filter(({ response, purpose }) => response.status >= 400 || purpose !== 'a good document')
    .flatMap((exchange) => {
      const { response, purpose } = exchange;
      const leak = leakIn(response.body, '');
      const errors = recordOf(parseJson(response.body))['errors'];
      const shaped =
        Array.isArray(errors) &&
        errors.length > 0 &&
        listOf(errors).every((one) => typeof recordOf(one)['message'] === 'string');
      const traced = JSON.stringify(errors ?? null).includes('"stacktrace"');
      return [
        ...(leak === null && !traced
          ? []
          : [
              finding(
                `leak:${purpose}`,
                `The answer to ${purpose} shows ${leak ?? 'a stack trace'}.`,
                exchange,
              ),
            ]),
        ...(shaped && isJsonType(response.headers['content-type'] ?? '')
          ? []
          : [
              finding(
                `shape:${purpose}`,
                `The answer to ${purpose} has no \`errors\` in the shape of GraphQL.`,
                exchange,
              ),
            ]),
      ];
    });
  return probeAnswer(
    'error-responses',
    findings,
    `${exchanges.length} bad requests are answered with errors of one shape`,
    { shown: exchanges },
  );
}

async function badDocuments(conversation: Conversation): Promise<readonly Exchange[]> {
  const path = graphqlPath(conversation);
  const post = (purpose: string, body: unknown): Promise<Exchange> =>
    conversation.send(null, purpose, {
      method: 'POST',
      path,
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body,
    });
  return [
    await post('a good document', { query: '{ __typename }' }),
    await post('a document that cannot be parsed', { query: '{ __typename ' }),
    await post('an unknown field', { query: '{ noSuchField0b5e7a }' }),
    await post('malformed JSON', '{"query": '),
    await post('no document', {}),
    await conversation.send(null, 'an unknown path', { method: 'GET', path: '/no-such-path-0b5e7a' }),
  ];
}

/** Item 5: a connection gives as many as asked for, and refuses or clamps what is too many. */
export async function graphqlPages(conversation: Conversation): Promise<Answer> {
  const fields = rootFields(readGraphqlSchema(conversation), 'query').filter(
    (field) => amountOf(field) !== undefined && connectionSelection(field) !== null,
  );
  if (fields.length === 0) throw new DoesNotApply('no-list-operations', 'no query takes an amount of rows');
  const findings: ProbeFinding[] = [];
  const shown: Exchange[] = [];
  for (const field of fields.slice(0, 10)) {
    const amount = amountOf(field) ?? 'first';
    const ask = async (value: string): Promise<{ exchange: Exchange; rows: number | null }> => {
      const call = callOf(field, { [amount]: value }).replace(
        / \{ __typename \}$/,
        connectionSelection(field) ?? '',
      );
      const exchange = await conversation.send(
        null,
        `${field.name}(${amount}: ${value})`,
        graphqlRequest(conversation, `{ ${call} }`),
      );
      const data = recordOf(recordOf(parseJson(exchange.response?.body ?? ''))['data'])[field.name];
      return { exchange, rows: data === undefined || data === null ? null : (rowsIn(data)?.length ?? null) };
    };
    const one = await ask('1');
    shown.push(one.exchange);
    if ((one.rows ?? 0) > 1)
      findings.push(
        finding(
          `limit-ignored:${field.name}`,
          `${field.name}(${amount}: 1) gives ${one.rows ?? 0} rows.`,
          one.exchange,
        ),
      );
    const many = await ask('1000000');
    if ((many.rows ?? 0) > 1000)
      findings.push(
        finding(
          `unbounded:${field.name}`,
          `${field.name}(${amount}: 1000000) gives ${many.rows ?? 0} rows; a page needs an upper bound.`,
          many.exchange,
        ),
      );
    const negative = await ask('-1');
    const failed = (negative.exchange.response?.status ?? 0) >= 500 || (negative.rows ?? 0) > 0;
    if (failed)
      findings.push(
        finding(`negative:${field.name}`, `${field.name}(${amount}: -1) is not refused.`, negative.exchange),
      );
  }
  return probeAnswer('pagination', findings, `${fields.length} lists give pages as asked for`, { shown });
}

const amountOf = (field: GraphQLField<unknown, unknown>): string | undefined =>
  field.args.find(({ name }) => /^(?:first|limit|take|pageSize|perPage|size)$/.test(name))?.name;

function connectionSelection(field: GraphQLField<unknown, unknown>): string | null {
  const type = isNonNullType(field.type) ? field.type.ofType : field.type;
  if (isListType(type)) return ' { __typename }';
  const fields = objectFields(field.type);
  const list = ['edges', 'nodes', 'items', 'results', 'data'].find((name) => fields[name] !== undefined);
  return list === undefined ? null : ` { ${list} { __typename } }`;
}

/** What a document was answered with, as far as knowing the caller goes. */
function refusalIn(exchange: Exchange): boolean {
  if (exchange.response === null) return false;
  const { status, body } = exchange.response;
  const errors = recordOf(parseJson(body))['errors'];
  return (
    status === 401 ||
    status === 403 ||
    /UNAUTHENTICATED|UNAUTHORI[SZ]ED|FORBIDDEN|not (?:authenticated|authori[sz]ed|signed in|logged in)|sign in|log in|access denied/i.test(
      JSON.stringify(errors ?? ''),
    )
  );
}

/** The refusal is about who is calling, not about what they may do. */
function asksWho({ response }: Exchange): boolean {
  if (response === null) return false;
  const errors = JSON.stringify(recordOf(parseJson(response.body))['errors'] ?? '');
  return response.status === 401 || /UNAUTHENTICATED|not (?:authenticated|signed in|logged in)/i.test(errors);
}

/** Item 13: who is refused without a token is refused with one that somebody else made. */
export async function graphqlAuthentication(conversation: Conversation): Promise<Answer> {
  const fields = [
    ...rootFields(readGraphqlSchema(conversation), 'mutation'),
    ...rootFields(readGraphqlSchema(conversation), 'query'),
  ];
  const findings: ProbeFinding[] = [];
  const shown: Exchange[] = [];
  let guarded = 0;
  for (const field of fields.slice(0, 30)) {
    const kind = rootFields(readGraphqlSchema(conversation), 'mutation').some(
      ({ name }) => name === field.name,
    )
      ? 'mutation'
      : 'query';
    const document = `${kind} { ${callOf(field)} }`;
    const nobody = await conversation.send(
      null,
      `${field.name} without a token`,
      graphqlRequest(conversation, document),
    );
    if (!refusalIn(nobody)) continue;
    guarded += 1;
    shown.push(nobody);
    for (const { name, token } of foreignTokens(null)) {
      const forged = await conversation.send(
        null,
        `${field.name} with ${name}`,
        graphqlRequest(conversation, document, { authorization: `Bearer ${token}` }),
      );
      // Who is told that they may not is taken for somebody.
      const known = asksWho(nobody) && !asksWho(forged);
      if (wasAnswered(forged) && (known || !refusalIn(forged)))
        findings.push(
          finding(`accepts:${name}:${field.name}`, `${field.name} is not refused with ${name}.`, forged),
        );
    }
  }
  if (guarded === 0)
    throw new DoesNotApply('no-secured-operations', 'no field of the schema refuses callers without a token');
  return probeAnswer(
    'authentication',
    findings,
    `${guarded} guarded fields refuse callers without a token and with foreign ones`,
    { shown },
  );
}

/** Item 14: what is not named public refuses callers without a token. */
export async function graphqlAuthorization(conversation: Conversation): Promise<Answer> {
  const { publicOps } = conversation.settings;
  const schema = readGraphqlSchema(conversation);
  const mutations = rootFields(schema, 'mutation');
  const guarded: string[] = [];
  const open: ProbeFinding[] = [];
  for (const [kind, fields] of [
    ['mutation', mutations],
    ['query', rootFields(schema, 'query')],
  ] as const) {
    for (const field of fields.slice(0, 40)) {
      if (
        publicOps?.includes(field.name) === true ||
        /log-?in|sign-?(?:in|up)|regist|refresh/i.test(field.name)
      )
        continue;
      const exchange = await conversation.send(
        null,
        `${field.name} without a token`,
        graphqlRequest(conversation, `${kind} { ${callOf(field)} }`),
      );
      if (!wasAnswered(exchange)) continue;
      if (refusalIn(exchange)) guarded.push(field.name);
      else if (publicOps !== null || kind === 'mutation')
        open.push(
          finding(
            `open:${field.name}`,
            `${field.name} does not refuse callers without a token and is not among the public operations.`,
            exchange,
          ),
        );
    }
  }
  if (publicOps === null && guarded.length === 0)
    throw new DoesNotApply('no-secured-operations', 'no field of the schema refuses callers without a token');
  return probeAnswer(
    'authorization',
    open,
    `${guarded.length} fields refuse callers without a token; all others are named public`,
  );
}

/** Item 15: quotes in arguments change no statement. */
export async function graphqlInjection(conversation: Conversation): Promise<Answer> {
  const findings: ProbeFinding[] = [];
  let places = 0;
  for (const field of rootFields(readGraphqlSchema(conversation), 'query').slice(0, 30)) {
    for (const argument of field.args.filter(({ type }) => /^(?:String|ID)!?$/.test(String(type)))) {
      places += 1;
      const ask = (value: string): Promise<Exchange> =>
        conversation.send(
          null,
          `${field.name}(${argument.name})`,
          graphqlRequest(conversation, `{ ${callOf(field, { [argument.name]: JSON.stringify(value) })} }`),
        );
      const plain = await ask('zzqx');
      const before = conversation.service.log().length;
      const quoted = await ask("zzqx' OR '1'='1");
      await new Promise((resolve) => setTimeout(resolve, 30));
      const complained = SQL_COMPLAINT.test(
        `${quoted.response?.body ?? ''}\n${conversation.service.log().slice(before)}`,
      );
      const rows = (one: Exchange): number =>
        rowsIn(recordOf(recordOf(parseJson(one.response?.body ?? ''))['data'])[field.name])?.length ?? 0;
      if (complained || rows(quoted) > rows(plain))
        findings.push(
          finding(
            `injection:${field.name}:${argument.name}`,
            `A quote in ${argument.name} of ${field.name} becomes part of a statement.`,
            quoted,
          ),
        );
    }
  }
  return probeAnswer('sql-injection', findings, `${places} arguments were sent SQL and changed no statement`);
}
