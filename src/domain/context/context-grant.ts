import type { ContextDecision, ContextRequest } from '../work/handoff';
import { claimBase } from '../plan/path-claims';
import type { PathClaim } from '../plan/plan';

/** A decision kept to what was asked: whoever decides can narrow a request, never widen it. */
export function grantable(request: ContextRequest, decision: ContextDecision): ContextDecision {
  return {
    ...decision,
    granted: decision.granted.filter((path) => request.paths.some((asked) => isWithin(path, asked))),
  };
}

function isWithin(path: PathClaim, asked: PathClaim): boolean {
  if (path === asked) return true;
  return (
    asked.endsWith('/**') &&
    `${claimBase(path)}/`.startsWith(`${claimBase(asked)}/`) &&
    path !== claimBase(asked)
  );
}
