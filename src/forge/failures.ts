import { ForgeFailure } from '../domain/pull-request/forge-failure';
import { strangersText } from './item';

/** What is known of an answer that is none. */
export interface BadAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  /** What the forge says, cut. */
  readonly said: string;
}

/** What a forge is asked for, as its failures tell it. */
export interface Asked {
  /** Such as `GitHub`. */
  readonly forge: string;
  /** `owner/name`. */
  readonly repository: string;
  /** Such as `opening the pull request`. */
  readonly step: string;
  readonly token: string;
  /** Its value: whoever answers may repeat it. */
  readonly secret: string;
}

const LONGEST_WAIT_MS = 90 * 60_000;
/** GitHub's advice for a secondary limit that names no time. */
const SECONDARY_WAIT_MS = 60_000;

/** Reads an answer by its consequence: wait, try again, or mend something first. */
export function failureOf(asked: Asked, answer: BadAnswer, now = Date.now()): ForgeFailure {
  const { forge, repository, step, token } = asked;
  const { status } = answer;
  const words = strangersText(answer.said, [asked.secret]).replace(/\s+/g, ' ').slice(0, 300);
  const said = words === '' ? '' : ` (${words})`;
  const wait = waitOf(answer, now);
  if (wait !== null) {
    const seconds = String(Math.ceil(wait / 1000));
    return new ForgeFailure(
      'Forge.RateLimited',
      `${forge} limits the rate of this token while ${step}${said}; try again in ${seconds} s.`,
      wait,
    );
  }
  if (status >= 500 || status === 408)
    return new ForgeFailure(
      'Forge.Unavailable',
      `${forge} answered ${String(status)} while ${step}${said}; try again later.`,
    );
  const refused = (what: string): ForgeFailure => new ForgeFailure('Forge.Refused', what);
  switch (status) {
    case 401:
      return refused(`${forge} does not know the token while ${step}${said}; set ${token} to a valid one.`);
    case 403:
      return refused(
        `the token has no right for ${step} in ${repository}${said}; give ${token} one that may write contents and pull requests.`,
      );
    case 404:
      return refused(
        `${forge} finds nothing for ${step} in ${repository}${said}; check the repository's name and that ${token} may see it.`,
      );
    default:
      return refused(`${forge} refused ${step} with ${String(status)}${said}; mend that and do it by hand.`);
  }
}

/** A forge that could not be reached, or whose answer nobody can read. */
export function unreachable({ forge, step }: Asked, cause: unknown): ForgeFailure {
  const why = cause instanceof Error ? cause.message.slice(0, 200) : 'no answer';
  return new ForgeFailure(
    'Forge.Unavailable',
    `${forge} did not answer while ${step} (${why}); try again later.`,
    null,
    { cause },
  );
}

/** How long a forge that limits the rate wants to be left alone, in milliseconds; null: it does not limit. */
function waitOf({ status, header, said }: BadAnswer, now: number): number | null {
  if (status !== 403 && status !== 429) return null;
  const after = header('retry-after');
  const reset = header('x-ratelimit-reset') ?? header('ratelimit-reset');
  const spent = (header('x-ratelimit-remaining') ?? header('ratelimit-remaining')) === '0';
  const cap = (ms: number): number => Math.min(LONGEST_WAIT_MS, Math.max(1000, Math.ceil(ms)));
  if (after !== undefined) {
    const seconds = Number(after);
    return cap(Number.isFinite(seconds) ? seconds * 1000 : Date.parse(after) - now || SECONDARY_WAIT_MS);
  }
  if (spent && reset !== undefined) return cap(Number(reset) * 1000 - now + 1000 || SECONDARY_WAIT_MS);
  return status === 429 || /rate limit/i.test(said) ? SECONDARY_WAIT_MS : null;
}
