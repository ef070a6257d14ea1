import { CannotTell, DoesNotApply, type GateChecker } from '../../checker';
import type { ProbeRequest } from '../../facts/service';
import type { Conversation } from '../../probes/conversation';
import type { Exchange, ProbeFinding } from '../../probes/exchange';
import { callOf, graphqlRequest, readGraphqlSchema, rootFields } from '../../probes/graphql-request';
import { inLimitRoom } from '../../probes/limit-run';
import { findLogIn } from '../../probes/log-in';
import { nameOf } from '../../probes/operation-shape';
import { converseWithPlanted } from '../../probes/planted-service';
import { probeAnswer } from '../../probes/verdict';
import { PLANTED_API } from './planted-api';
import { readsService } from './reads';

const ATTEMPTS = 20;

/** Item 17: twenty wrong passwords for one user do not all get their answer. */
export const BRUTE_FORCE: GateChecker = {
  name: 'brute-force-probe',
  version: '1',
  subjects: ['brute-force'],
  scope: 'objective',
  reads: readsService,
  control: async () => {
    const planted = converseWithPlanted(PLANTED_API, () => ({ status: 401, body: {} }));
    return (await judge(planted)).findings[0]?.key === 'no-limit:POST /v1/login';
  },
  check: async (inspection) =>
    inLimitRoom(inspection, async (conversation) => {
      const { findings, clean, shown } = await judge(conversation);
      return [probeAnswer('brute-force', findings, clean, { shown })];
    }),
};

/** What guessing passwords comes to. @throws DoesNotApply without a log-in, CannotTell where guesses are no guesses */
export async function judge(
  conversation: Conversation,
): Promise<{ findings: readonly ProbeFinding[]; clean: string; shown: readonly Exchange[] }> {
  const { where, request } = guessing(conversation);
  const exchanges: Exchange[] = [];
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    exchanges.push(await conversation.send(null, `guess ${attempt}`, request(`Wrong-${attempt}-guess!`)));
    const { response } = exchanges.at(-1) ?? { response: null };
    const locked = attempt > 2 && response?.status === 403 && exchanges[0]?.response?.status === 401;
    if (response?.status === 429 || response?.status === 423 || locked) {
      return {
        findings: [],
        clean: `${where} answers ${response.status} to the ${attempt}. wrong password`,
        shown: exchanges.slice(-1),
      };
    }
  }
  const statuses = exchanges.map(({ response }) => response?.status ?? 0);
  const [last] = exchanges.slice(-1);
  const exchange = last === undefined ? {} : { exchange: last };
  if (statuses.some((status) => status >= 200 && status < 300) && conversation.schema === null) {
    return {
      findings: [{ key: `accepted:${where}`, text: `${where} lets a wrong password in.`, ...exchange }],
      clean: '',
      shown: [],
    };
  }
  if (statuses.every((status) => status === 0)) throw new CannotTell(`${where} was not answered`);
  if (statuses.every((status) => [400, 404, 405, 415, 422].includes(status))) {
    throw new CannotTell(
      `${where} answers ${statuses[0] ?? ''} to a made-up log-in; configure \`auth.login\` with a body it takes`,
    );
  }
  return {
    findings: [
      {
        key: `no-limit:${where}`,
        text: `${where} answers ${ATTEMPTS} wrong passwords for one user and never 429 or 423.`,
        ...exchange,
      },
    ],
    clean: '',
    shown: [],
  };
}

function guessing(conversation: Conversation): {
  where: string;
  request: (password: string) => ProbeRequest;
} {
  if (conversation.schema !== null) {
    const field = rootFields(readGraphqlSchema(conversation), 'mutation').find(({ name }) =>
      /log-?in|sign-?in|authenticate|createSession|createToken/i.test(name),
    );
    if (field === undefined) throw new DoesNotApply('no-login', 'the schema has no log-in');
    const document = callOf(field);
    return {
      where: field.name,
      request: (password) =>
        graphqlRequest(
          conversation,
          `mutation { ${document.replace(/"Probe-[^"]*"/, JSON.stringify(password))} }`,
        ),
    };
  }
  const way = findLogIn(conversation.operations, conversation.settings, conversation.resolve);
  if (way === null)
    throw new DoesNotApply(
      'no-login',
      'no log-in is configured, and the spec has no operation that takes a password',
    );
  const user = conversation.settings.users[0] ?? 'probe-a@example.com';
  const request = way.request(user);
  if (request === null)
    throw new CannotTell(`no request for ${nameOf(way.operation)} can be made; configure \`auth.login\``);
  return { where: nameOf(way.operation), request: (password) => way.request(user, password) ?? request };
}
