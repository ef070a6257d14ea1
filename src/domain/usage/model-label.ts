import type { ModelChoice } from '../objective/objective';

/** How every output names the model; an offline run says so wherever it is shown. */
export function modelLabel(model: ModelChoice): string {
  return model.kind === 'anthropic'
    ? 'Claude'
    : `offline model (playbook ${model.playbook}, scenario ${model.scenario}): no Claude was asked, tokens are estimates`;
}
