import Anthropic from '@anthropic-ai/sdk';
import { assertNever } from '../domain/common/assert-never';
import type { ModelChoice } from '../domain/objective/objective';

/** Where Claude is reached; without a base URL the public one. */
interface AnthropicEndpoint {
  readonly apiKey: string | undefined;
  readonly baseUrl: string | undefined;
}

interface ClientOptions {
  readonly anthropic: AnthropicEndpoint;
  /** Base URL of the offline model for a playbook and scenario; throws where none runs. */
  readonly offlineUrl: (playbook: string, scenario: string) => string;
  readonly witness?: CallWitness | undefined;
}

/** Sees every model call of a process; for recording a run, or for a hard limit. */
export interface CallWitness {
  /** Before a call; what it throws is thrown in place of the call. */
  readonly asked?: (params: Anthropic.MessageStreamParams) => void;
  /** When a call was answered whole. */
  readonly answered?: (params: Anthropic.MessageStreamParams, message: Anthropic.Message) => void;
}

/** Gives the client for a model; the same one for the same choice. */
export type ClientFor = (model: ModelChoice) => Anthropic;

const TIMEOUT_MS = 10 * 60 * 1000;
const PUBLIC_URL = 'https://api.anthropic.com';
// Neither the offline model nor most gateways look at the key, but the SDK insists on one.
const PLACEHOLDER_KEY = 'no-key';

const witnesses = new WeakMap<Anthropic, CallWitness>();

/** Who sees the calls of a client. */
export function witnessOf(client: Anthropic): CallWitness {
  return witnesses.get(client) ?? {};
}

/** The one place clients come from. They never retry and never log: Temporal owns retries. */
export function createClientFor(options: ClientOptions): ClientFor {
  const clients = new Map<string, Anthropic>();
  return (model) => {
    const { apiKey, baseURL } = endpointOf(model, options);
    const known = clients.get(baseURL);
    if (known !== undefined) return known;
    const client = new Anthropic({ apiKey, baseURL, maxRetries: 0, timeout: TIMEOUT_MS, logLevel: 'off' });
    clients.set(baseURL, client);
    if (options.witness !== undefined) witnesses.set(client, options.witness);
    return client;
  };
}

function endpointOf(model: ModelChoice, options: ClientOptions): { apiKey: string; baseURL: string } {
  switch (model.kind) {
    case 'anthropic':
      return {
        apiKey: options.anthropic.apiKey ?? PLACEHOLDER_KEY,
        baseURL: options.anthropic.baseUrl ?? PUBLIC_URL,
      };
    case 'offline':
      return { apiKey: PLACEHOLDER_KEY, baseURL: options.offlineUrl(model.playbook, model.scenario) };
    default:
      return assertNever(model, 'model');
  }
}
