import { CannotTell, DoesNotApply, type GateChecker } from '../../checker';
import type { ApiOperation } from '../../facts/api-description';
import type { Conversation } from '../../probes/conversation';
import { credentialPlace, withCredential } from '../../probes/credentials';
import { type Exchange, type ProbeFinding, wasAnswered } from '../../probes/exchange';
import { foreignTokens } from '../../probes/foreign-tokens';
import { graphqlAuthentication } from '../../probes/graphql-probes';
import { declaredResponse, isSignInLike, nameOf, pathParameterNames } from '../../probes/operation-shape';
import { converseWithPlanted } from '../../probes/planted-service';
import { inTurn } from '../../probes/turns';
import { probeAnswer } from '../../probes/verdict';
import { PLANTED_SECURED_API } from './planted-api';
import { readsService } from './reads';

const MOST_OPERATIONS = 40;
/** Operations that get every kind of foreign token; the rest get none and nonsense. */
const MOST_FORGED = 15;

/** Item 13 at run time: who has no valid token is refused with 401, and who has one is not. */
export const AUTHENTICATION: GateChecker = {
  name: 'authentication-probe',
  version: '1',
  subjects: ['authentication'],
  scope: 'objective',
  reads: readsService,
  control: async () => {
    const planted = converseWithPlanted(PLANTED_SECURED_API, ({ headers, path }) => {
      if (path === '/v1/login') return { status: 401, body: {} };
      // It decodes and does not verify.
      return /^Bearer \w+\.\w+\./.test(headers['authorization'] ?? '')
        ? { status: 200, body: [] }
        : { status: 401, body: {} };
    });
    const { findings } = await judge(planted);
    return (
      findings.some(({ key }) => key.startsWith('accepts:an unsigned token:')) &&
      !findings.some(({ key }) => key.startsWith('accepts:no token:'))
    );
  },
  check: async (inspection) =>
    inTurn(inspection, async (conversation) => {
      if (conversation.schema !== null) return [await graphqlAuthentication(conversation)];
      const { findings, probed, shown, doubt, note } = await judge(conversation);
      if (findings.length === 0) {
        if (probed === 0)
          throw new DoesNotApply(
            'no-secured-operations',
            'the spec secures no operation, no operation is protected, and there is no log-in',
          );
        if (doubt !== null) throw new CannotTell(doubt);
      }
      return [
        probeAnswer(
          'authentication',
          findings,
          `${probed} secured operations refuse callers without a token and with foreign ones; ${note}`,
          { shown },
        ),
      ];
    }),
};

interface Judged {
  readonly findings: readonly ProbeFinding[];
  readonly probed: number;
  readonly shown: readonly Exchange[];
  /** Why the whole cannot be told although nothing was found. */
  readonly doubt: string | null;
  readonly note: string;
}

/** What gets past the authentication of secured operations, and what is kept out by it. */
export async function judge(conversation: Conversation): Promise<Judged> {
  const secured = conversation.operations.filter((one) => one.secured);
  if (secured.length === 0) return undeclared(conversation);
  const callers = await conversation.callers();
  const findings: ProbeFinding[] = [];
  const shown: Exchange[] = [];
  const keys = Object.values(conversation.service.environment);
  let probed = 0;
  for (const [index, operation] of secured.slice(0, MOST_OPERATIONS).entries()) {
    const request = await conversation.valid(operation);
    if (request === null) continue;
    probed += 1;
    const place = credentialPlace(conversation, operation);
    const { authHeader } = conversation.settings;
    const forged = foreignTokens(callers.first?.token ?? null, keys);
    const some = place.kind === 'bearer' && index < MOST_FORGED ? forged : forged.slice(0, 1);
    const credentials = [{ name: 'no token', token: null }, ...some];
    for (const { name, token } of credentials) {
      const exchange = await conversation.send(
        operation,
        name,
        withCredential(request, place, token, authHeader),
      );
      if (index === 0) shown.push(exchange);
      const fault = faultOf(operation, exchange, name);
      if (fault !== null) findings.push(fault);
      // Whoever asks without a token gets in: the other credentials say nothing more.
      if (fault?.key.startsWith('accepts:no token') === true) break;
    }
  }
  const valid = await judgeValid(conversation, secured);
  findings.push(...valid.findings);
  return { findings, probed, shown, doubt: valid.doubt, note: valid.note };
}

function faultOf(operation: ApiOperation, exchange: Exchange, name: string): ProbeFinding | null {
  if (!wasAnswered(exchange)) return null;
  const { status } = exchange.response;
  const where = nameOf(operation);
  if (status === 401) return null;
  if (status === 403) {
    const meant = declaredResponse(operation, 403) !== null || declaredResponse(operation, 401) === null;
    return meant || name !== 'no token'
      ? null
      : {
          key: `forbidden:${where}`,
          text: `${where} answers 403 to a caller without a token; the spec says 401.`,
          exchange,
        };
  }
  if (status >= 500)
    return {
      key: `fails:${name}:${where}`,
      text: `${where} fails with ${status} when called with ${name}.`,
      exchange,
    };
  // A body that is refused before the caller is looked at tells nothing of the authentication.
  if (status === 400 || status === 415 || status === 422) return null;
  return {
    key: `accepts:${name}:${where}`,
    text: `${where} answers ${status} with ${name} instead of 401.`,
    exchange,
  };
}

/** Whether a valid token is good for something. */
async function judgeValid(
  conversation: Conversation,
  secured: readonly ApiOperation[],
): Promise<{ findings: readonly ProbeFinding[]; doubt: string | null; note: string }> {
  const { way, first } = await conversation.callers();
  const nothing = { findings: [], doubt: null };
  if (first === null) {
    if (way?.configured === true && conversation.settings.users.length > 0) {
      return {
        findings: [],
        note: '',
        doubt: `the configured log-in \`${way.operation.id}\` gives no token for the user ${conversation.settings.users[0] ?? ''}; check \`auth\` in the configuration and the seed`,
      };
    }
    return { ...nothing, note: 'a valid token was not tried: no log-in and users are configured' };
  }
  const reading =
    secured.find(
      ({ method, path }) => method.toLowerCase() === 'get' && pathParameterNames(path).length === 0,
    ) ?? secured.find(({ method }) => method.toLowerCase() === 'get');
  const request = reading === undefined ? null : await conversation.valid(reading, { caller: first });
  if (reading === undefined || request === null)
    return { ...nothing, note: 'nothing to read with a valid token' };
  const exchange = await conversation.send(reading, 'a valid token', request);
  return exchange.response?.status === 401
    ? {
        findings: [
          {
            key: `refuses-valid:${nameOf(reading)}`,
            text: `${nameOf(reading)} refuses the token the log-in gave.`,
            exchange,
          },
        ],
        doubt: null,
        note: '',
      }
    : { ...nothing, note: 'a valid token is accepted' };
}

/** The spec secures nothing: is there something it should say? */
async function undeclared(conversation: Conversation): Promise<Judged> {
  const findings: ProbeFinding[] = [];
  const { way } = await conversation.callers();
  if (way !== null) {
    findings.push({
      key: 'undeclared-log-in',
      text: `There is a log-in (${nameOf(way.operation)}) and the spec secures no operation.`,
    });
  }
  let probed = 0;
  for (const operation of conversation.operations.slice(0, MOST_OPERATIONS)) {
    if (isSignInLike(operation)) continue;
    const request = await conversation.valid(operation, { caller: null });
    if (request === null) continue;
    const exchange = await conversation.send(operation, 'no token', request);
    if (exchange.response?.status !== 401) continue;
    probed += 1;
    findings.push({
      key: `undeclared:${nameOf(operation)}`,
      text: `${nameOf(operation)} asks for a token and the spec does not say so.`,
      exchange,
    });
  }
  return { findings, probed, shown: [], doubt: null, note: '' };
}
