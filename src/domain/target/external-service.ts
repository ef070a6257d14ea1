import { redOf } from '../escalation/failure-text';
import type { Failure } from '../work/task-progress';

/** An IPv6 address, also with an IPv4 one at its end, or a name or IPv4 address. */
const HOST = String.raw`\[?((?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f.]{1,15}|[A-Za-z0-9_][A-Za-z0-9_.-]{0,252})\]?`;

/** How runtimes, drivers and tools say that a host cannot be reached. */
const SAYINGS = [
  String.raw`connect (?:ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH) ${HOST}:\d+`,
  String.raw`getaddrinfo (?:ENOTFOUND|EAI_AGAIN) ${HOST}`,
  String.raw`queryA{1,4} (?:ENOTFOUND|ETIMEOUT|ESERVFAIL|ECONNREFUSED) ${HOST}`,
  String.raw`could not translate host name "${HOST}"`,
  String.raw`connection to server at "${HOST}"[^\n]{0,80}failed`,
  String.raw`HTTPS?ConnectionPool\(host='${HOST}', port=\d+\)[^\n]{0,80}(?:Max retries exceeded|timed out)`,
  String.raw`Failed to resolve '${HOST}'`,
  String.raw`UnknownHostException: ${HOST}`,
  String.raw`Connection to ${HOST}:\d+ refused`,
  String.raw`Connect to (?:https?:\/\/)?${HOST}:\d+[^\n]{0,120}failed`,
  String.raw`Could not resolve host: ${HOST}`,
  String.raw`Failed to connect to ${HOST} port \d+`,
  String.raw`dial tcp: lookup ${HOST}`,
  String.raw`dial tcp ${HOST}:\d+: (?:connect: connection refused|i\/o timeout|connect: no route to host)`,
].map((saying) => new RegExp(saying, 'g'));

/** The machine itself, and names that no service can have. */
const NOBODY =
  /^(?:localhost|127\.[0-9.]+|0\.0\.0\.0|::1?|(?:0*:)+0*1|::ffff:127\.[0-9.]+|.*\.(?:localhost|invalid|test))$/i;

/** Hosts other than this machine that a tool's output says cannot be reached. */
export function unreachableHosts(output: string): string[] {
  const hosts = SAYINGS.flatMap((saying) =>
    [...output.matchAll(saying)].map((found) => (found[1] ?? '').replace(/[.-]+$/, '').toLowerCase()),
  );
  return [...new Set(hosts.filter((host) => host !== '' && !NOBODY.test(host)))].slice(0, 10);
}

/** Hosts a failure's evidence says cannot be reached. */
export function hostsOf(failure: Failure): string[] {
  const texts = failure.kind === 'unfinished' ? [failure.reason] : redOf(failure).map((item) => item.excerpt);
  return unreachableHosts(texts.join('\n'));
}

/**
 * Whether work is blocked on a service outside the department: somebody says so, or a host that was out of reach in an
 * earlier check of the task still is.
 */
export function isBlockedOutside(failure: Failure, knownHosts: readonly string[]): boolean {
  switch (failure.kind) {
    case 'unfinished':
      return failure.concern === 'external';
    case 'red':
      return hostsOf(failure).some((host) => knownHosts.includes(host));
    case 'conflict':
    case 'strayed':
    case 'uncoordinated':
    case 'red-together':
      return false;
  }
}
