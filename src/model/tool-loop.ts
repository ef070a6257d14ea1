import type { BlobStore } from '../ports/blob-store';
import type { Specialists } from '../ports/department';
import type { Bootstrap, CheckRunner } from '../ports/gate';
import { createAttempt } from './attempt/attempt';
import { recallAttempt } from './attempt/recall-attempt';
import type { ClientFor } from './client';
import { accessFor } from './context/access-for';
import { cheaper } from './models';
import { LOOP_LIMITS, type LoopLimits } from './loop-guards';
import { createProviderWalls, type ProviderWalls } from './provider-walls';
import { roleAtWork } from './role-at-work';
import type { Roles } from './roles';
import { DEFAULT_IDLE_MS } from './stream-message';
import { createDepartmentTools } from './tools/department';
import { FILE_TOOLS } from './tools/files';
import { createShellTool, type RunShell } from './tools/shell';
import { saveTranscript } from './transcript';

interface SpecialistsOptions {
  readonly clientFor: ClientFor;
  readonly roles: Roles;
  readonly blobs: BlobStore;
  readonly checks: CheckRunner;
  readonly bootstrap: Bootstrap;
  readonly runShell: RunShell;
  /** Shared with everything in this process that asks the same providers. */
  readonly walls?: ProviderWalls;
  readonly limits?: Partial<LoopLimits>;
  /** Longest silence of a stream in milliseconds; 120,000 without it. */
  readonly idleMs?: number;
}

/**
 * The specialists: one attempt is one conversation of a model with tools in a worktree, until it hands in, asks
 * somebody or goes nowhere. It edits files and nothing else: committing is the caller's. Transport failures are
 * thrown as ModelFailure, and the caller's abort as its own reason; everything the specialist itself does wrong
 * is told to it or ends the attempt as `unfinished`.
 */
export function createSpecialists(options: SpecialistsOptions): Specialists {
  const { blobs } = options;
  const tools = [...FILE_TOOLS, createShellTool(options.runShell), ...createDepartmentTools(options)];
  const walls = options.walls ?? createProviderWalls();
  const limits = { ...LOOP_LIMITS, ...options.limits };
  const idleMs = options.idleMs ?? DEFAULT_IDLE_MS;
  return {
    async work(request) {
      const named = await roleAtWork(options, request.dossier, request.specialist, request.task);
      const role = { ...named, model: cheaper(named.model, request.thrift) };
      const client = options.clientFor(request.dossier.model);
      const access = accessFor(request);
      const recalled = await recallAttempt({ blobs, request, access, limits });
      const { state } = recalled;
      const { end, pending } = await createAttempt({
        client,
        role,
        tools,
        walls,
        limits,
        idleMs,
        request,
        access,
        recalled,
      }).run();
      return {
        end,
        transcript: await saveTranscript(blobs, { version: 1, messages: state.messages, pending }),
        usage: state.usage,
        mail: state.mail,
        context: access.account(),
      };
    },
  };
}
