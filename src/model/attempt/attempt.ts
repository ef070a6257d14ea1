import type Anthropic from '@anthropic-ai/sdk';
import type { Specialists } from '../../ports/department';
import type { LoopLimits } from '../loop-guards';
import type { ContextAccess } from '../context/access';
import { newestOf, steeringText } from '../open-conversation';
import { providerOf, type ProviderWalls } from '../provider-walls';
import type { Role } from '../roles';
import type { Tool, ToolContext } from '../tools/tool';
import { stop, type AttemptEnd } from './attempt-state';
import { askModel } from './ask-model';
import { makeCall } from './make-call';
import type { Recalled } from './recall-attempt';

/** Everything one attempt works with. */
export interface AttemptSetting {
  readonly client: Anthropic;
  readonly role: Role;
  readonly tools: readonly Tool[];
  readonly walls: ProviderWalls;
  readonly limits: LoopLimits;
  readonly idleMs: number;
  readonly request: Parameters<Specialists['work']>[0];
  /** What the specialist may know of the worktree. */
  readonly access: ContextAccess;
  readonly recalled: Recalled;
}

/** The loop of one attempt: each round makes one tool call or asks the model once, and records it. */
export function createAttempt(setting: AttemptSetting): { run(): Promise<AttemptEnd> } {
  const { request, recalled, limits, walls } = setting;
  const { state, record } = recalled;
  const provider = providerOf(setting.client);
  const context: ToolContext = {
    worktree: request.worktree,
    task: request.task,
    survey: request.dossier.survey,
    access: setting.access,
    signal: request.signal,
  };

  const tellProgress = (doing: string): void => {
    const { turn, snapshot, usage } = state;
    request.onProgress({ turn: turn + 1, doing, entries: recalled.count(), snapshot, usage });
  };

  async function run(): Promise<AttemptEnd> {
    try {
      return await loop();
    } finally {
      // What it has used is all that is left of an attempt which is cancelled.
      if (request.signal.aborted) tellProgress('stopping');
    }
  }

  async function loop(): Promise<AttemptEnd> {
    for (;;) {
      if (state.end !== null) return state.end;
      request.signal.throwIfAborted();
      if (state.open === null) {
        const suspended = await takeTurn();
        if (suspended !== null) return suspended;
      } else await makeCall(setting, context, tellProgress);
    }
  }

  /** Asks the model once. Not null: the attempt rests until what it says has passed. */
  async function takeTurn(): Promise<AttemptEnd | null> {
    const mail = await request.desk.readMail();
    if (mail.paused) return resting({ kind: 'pause' });
    const waitMs = Math.max(walls.waitMs(provider), mail.wallMs ?? 0);
    if (waitMs > 0) return atWall(waitMs, 'the provider asked to wait');
    const unread = mail.steering.filter((note) => note.seq > state.mail);
    if (unread.length > 0) {
      const blocks = [{ type: 'text' as const, text: steeringText(unread) }];
      await record({ kind: 'told', blocks, mail: newestOf(unread, state.mail) });
    }
    if (state.turn >= limits.turns) {
      stop(state, `${String(limits.turns)} turns were used up without a handoff`);
      return null;
    }
    if (state.activeMs >= limits.activeMs) {
      stop(state, `${String(Math.round(state.activeMs / 60_000))} minutes of work brought no handoff`);
      return null;
    }
    tellProgress('thinking');
    const asked = await askModel(setting);
    switch (asked.kind) {
      case 'answered':
        return null;
      case 'unaffordable':
        return resting({ kind: 'budget', needsUsd: asked.needsUsd });
      case 'wall':
        walls.raise(provider, asked.waitMs);
        return atWall(asked.waitMs, asked.reason);
    }
  }

  function atWall(waitMs: number, reason: string): AttemptEnd {
    return resting({ kind: 'wall', wall: { provider, waitMs, reason: reason.slice(0, 300) } });
  }

  return { run };
}

function resting(end: AttemptEnd['end']): AttemptEnd {
  return { end, pending: null };
}
