import { type JsonRecord, isRecord, type Resolve } from '../../domain/contract/openapi-document';
import type { GateSettings } from '../../domain/quality-gate/gate-settings';
import type { ApiOperation } from '../facts/api-description';
import type { ProbeRequest } from '../facts/service';
import { type BodyField, exampleRequest, fieldsOf, withField } from './example-request';
import type { Exchange } from './exchange';
import { parseJson, requestBodyOf } from './operation-shape';
import { EXAMPLE_PASSWORD } from './schema-value';

/** Somebody the service knows, and how requests say so. */
export interface Caller {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Null where the session is a cookie. */
  readonly token: string | null;
}

/** How one logs in at a service. */
export interface LogInWay {
  readonly operation: ApiOperation;
  /** In the settings, not only in the spec. */
  readonly configured: boolean;
  /** Names of the fields of the body. */
  readonly userField: BodyField | null;
  readonly passwordField: BodyField | null;
  /** A log-in of a user; another password than theirs where one is given. */
  request(user: string, password?: string): ProbeRequest | null;
}

const PASSWORD_NAME = /^(?:.*_)?(?:pass(?:word|wd|code|phrase)?|pwd|pin)$|password$/i;
const USER_NAME = /^(?:e-?mail(?:_?address)?|user(?:_?name)?|login|identifier|account|handle|phone)$/i;

/** The log-in operation: the configured one, or the one of the spec that takes a password. */
export function findLogIn(
  operations: readonly ApiOperation[],
  settings: GateSettings,
  resolve: Resolve,
): LogInWay | null {
  const { login } = settings;
  const configured = operations.find(
    ({ id, method, path }) =>
      login !== null && [id, `${method.toUpperCase()} ${path}`, path].includes(login.op),
  );
  const operation =
    configured ??
    operations.find(
      (one) =>
        one.method.toLowerCase() === 'post' &&
        LOG_IN.test(`${one.id} ${one.path}`) &&
        !NOT_LOG_IN.test(`${one.id} ${one.path}`) &&
        fieldNamed(one, PASSWORD_NAME, resolve) !== null,
    );
  if (operation === undefined) return null;
  const userField = fieldNamed(operation, USER_NAME, resolve);
  const passwordField = fieldNamed(operation, PASSWORD_NAME, resolve);
  return {
    operation,
    configured: configured !== undefined,
    userField,
    passwordField,
    request: (user, password) => {
      const example = exampleRequest(operation, { resolve, variant: 0, known: credentials(user, password) });
      if (example === null) return null;
      if (configured === undefined || login === null) return example;
      const filled = fillIn(login.body, user, settings);
      const steps = passwordField?.steps ?? passwordSteps(filled);
      const body = password === undefined || steps === null ? filled : withField(filled, steps, password);
      return { ...example, body: isForm(example) ? formText(body) : body };
    },
  };
  function credentials(user: string, password = EXAMPLE_PASSWORD): Record<string, string> {
    return {
      ...(userField === null ? {} : { [lastOf(userField)]: user }),
      ...(passwordField === null ? {} : { [lastOf(passwordField)]: password }),
    };
  }
}

const LOG_IN = /log-?in|sign-?in|token|session|authenticate|\/auth(?:\/|$)|logon|credential/i;
const NOT_LOG_IN = /regist|sign-?up|reset|change|refresh|log-?out|forgot|revoke|verify/i;

/** An operation that takes a new user with the same fields; null where the spec has none. */
function findSignUp(
  operations: readonly ApiOperation[],
  way: LogInWay,
  resolve: Resolve,
): ApiOperation | null {
  const found = operations.filter(
    (one) =>
      one !== way.operation &&
      one.method.toLowerCase() === 'post' &&
      !one.path.includes('{') &&
      !/log-?in|sign-?in|reset|change|forgot/i.test(`${one.id} ${one.path}`) &&
      fieldNamed(one, PASSWORD_NAME, resolve) !== null &&
      (way.userField === null || fieldNamed(one, USER_NAME, resolve) !== null),
  );
  return found.find(({ id, path }) => /regist|sign-?up/i.test(`${id} ${path}`)) ?? found[0] ?? null;
}

/** Logs a user in, after signing them up where they are not known. Null where that did not work. */
export async function logIn(
  say: (operation: ApiOperation, purpose: string, request: ProbeRequest) => Promise<Exchange>,
  setting: {
    readonly way: LogInWay;
    readonly operations: readonly ApiOperation[];
    readonly settings: GateSettings;
    readonly resolve: Resolve;
    readonly user: string;
  },
): Promise<Caller | null> {
  const { way, operations, settings, resolve, user } = setting;
  const request = way.request(user);
  if (request === null) return null;
  const pointer = way.configured ? (settings.login?.tokenPointer ?? null) : null;
  const attempt = async (): Promise<Caller | null> =>
    callerIn(user, await say(way.operation, 'log-in', request), pointer, settings.authHeader);
  const first = await attempt();
  if (first !== null) return first;
  const signUp = findSignUp(operations, way, resolve);
  if (signUp === null) return null;
  const sent = parseForm(request);
  const known = {
    ...sent,
    ...Object.fromEntries(
      fieldsOf(requestBodyOf(signUp)?.schema, resolve)
        .filter(({ steps }) => steps.some((step) => /^(?:user_?name|name|display_?name|handle)$/i.test(step)))
        .map((field) => [
          lastOf(field),
          sent[lastOf(field)] ?? user.replace(/[^A-Za-z0-9]/g, '').slice(0, 20),
        ]),
    ),
  };
  const signUpRequest = exampleRequest(signUp, { resolve, variant: 0, known });
  if (signUpRequest === null) return null;
  const signedUp = await say(signUp, 'sign-up', signUpRequest);
  return (await attempt()) ?? callerIn(user, signedUp, pointer, settings.authHeader);
}

/** The caller an answer to a log-in makes of a user. */
function callerIn(
  name: string,
  { response }: Exchange,
  pointer: string | null,
  authHeader: string,
): Caller | null {
  if (response === null || response.status < 200 || response.status >= 400) return null;
  const body = parseJson(response.body);
  const pointed = pointer === null ? undefined : at(body, pointer);
  const token = typeof pointed === 'string' ? pointed : tokenIn(body);
  if (token !== null) {
    const [header, ...value] = authHeader.split(':');
    const text = value.join(':').trim().replace('{token}', token);
    return { name, token, headers: { [(header ?? 'authorization').trim().toLowerCase()]: text } };
  }
  const cookies = cookiesOf(response.headers['set-cookie'] ?? '');
  return cookies === '' ? null : { name, token: null, headers: { cookie: cookies } };
}

function cookiesOf(header: string): string {
  return header
    .split(/\n|,(?=\s*[^\s;,=]+=)/)
    .map((cookie) => cookie.split(';')[0]?.trim() ?? '')
    .filter((pair) => /^[^=]+=.+/.test(pair))
    .join('; ');
}

const TOKEN_NAME = /^(?:access_?token|token|jwt|id_?token|auth_?token|bearer|session_?token|key)$/i;

function tokenIn(body: unknown, depth = 0): string | null {
  if (!isRecord(body) || depth > 3) return null;
  const named = Object.entries(body).find(
    ([name, value]) => TOKEN_NAME.test(name) && typeof value === 'string',
  );
  if (named !== undefined) return named[1] as string;
  for (const inner of Object.values(body)) {
    const found = tokenIn(inner, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

function at(body: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>(
      (node, step) =>
        isRecord(node)
          ? node[step.replaceAll('~1', '/').replaceAll('~0', '~')]
          : Array.isArray(node)
            ? (node as unknown[])[Number(step)]
            : undefined,
      body,
    );
}

/** The configured body for a user; `$NAME` stands for a variable the service is started with. */
function fillIn(value: unknown, user: string, settings: GateSettings): unknown {
  if (typeof value === 'string') {
    const variable = /^\$\{?([A-Z_][A-Z0-9_]*)\}?$/.exec(value)?.[1];
    return (
      (variable === undefined ? undefined : settings.run?.env[variable]) ?? value.replaceAll('{user}', user)
    );
  }
  if (Array.isArray(value)) return value.map((one) => fillIn(one, user, settings));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, fillIn(one, user, settings)]));
}

function passwordSteps(body: unknown): readonly string[] | null {
  if (!isRecord(body)) return null;
  const name = Object.keys(body).find((one) => PASSWORD_NAME.test(one));
  if (name !== undefined) return [name];
  for (const [outer, inner] of Object.entries(body)) {
    const steps = passwordSteps(inner);
    if (steps !== null) return [outer, ...steps];
  }
  return null;
}

function fieldNamed(operation: ApiOperation, name: RegExp, resolve: Resolve): BodyField | null {
  const fields = fieldsOf(requestBodyOf(operation)?.schema, resolve);
  return fields.find((field) => name.test(lastOf(field))) ?? null;
}

const lastOf = ({ steps }: BodyField): string => steps.at(-1) ?? '';

const isForm = ({ headers }: ProbeRequest): boolean =>
  headers?.['content-type']?.startsWith('application/x-www-form-urlencoded') === true;

function formText(body: unknown): string {
  const pairs = Object.entries(isRecord(body) ? body : {}).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  return new URLSearchParams(pairs).toString();
}

function parseForm(request: ProbeRequest): JsonRecord {
  if (isForm(request)) return Object.fromEntries(new URLSearchParams(String(request.body)));
  return flat(request.body);
}

function flat(body: unknown): JsonRecord {
  if (!isRecord(body)) return {};
  return Object.assign(
    {},
    ...Object.entries(body).map(([name, value]) => (isRecord(value) ? flat(value) : { [name]: value })),
  ) as JsonRecord;
}
