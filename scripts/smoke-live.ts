import { readEnvironment, type Environment } from '../src/config/environment';
import type { ModelSettings } from '../src/domain/usage/model-settings';
import { createClientFor, type ClientFor } from '../src/model/client';
import { modelId } from '../src/model/models';
import { redactSecrets } from '../src/process/redact';
import { LIVE_CHECKS } from './smoke/live-checks';
import { CapReached, createSpendingCap } from './smoke/spending-cap';

/** Most the whole check may cost, in US dollars. */
const CAP_USD = 0.5;
const SETTINGS: ModelSettings = { model: 'haiku', effort: 'low' };

interface Smoke {
  readonly outcome: 'passed' | 'failed' | 'not-run';
  readonly spentUsd: number;
}

/** Checks what the department relies on against the real API, or says that it was not run. */
export async function smokeLive(request: {
  readonly anthropic: Environment['anthropic'];
  readonly say: (line: string) => void;
  readonly capUsd?: number;
}): Promise<Smoke> {
  const { anthropic, say, capUsd = CAP_USD } = request;
  if (anthropic.apiKey === undefined) {
    say('NOT RUN: the live check needs ANTHROPIC_API_KEY; nothing was asked and nothing is known.');
    return { outcome: 'not-run', spentUsd: 0 };
  }
  const cap = createSpendingCap(capUsd);
  const at = anthropic.baseUrl ?? 'the public endpoint';
  say(`Asking ${modelId(SETTINGS.model)} at ${at}, for at most ${capUsd.toFixed(2)} USD.`);
  const reach = (apiKey: string): ClientFor =>
    createClientFor({
      anthropic: { ...anthropic, apiKey },
      offlineUrl: () => {
        throw new Error('the live check asks no offline model');
      },
      witness: cap,
    });
  const checks = {
    clientFor: reach(anthropic.apiKey),
    clientWithBadKey: reach('sk-ant-api03-this-key-does-not-exist'),
    settings: SETTINGS,
  };
  let failed = 0;
  for (const check of LIVE_CHECKS) {
    try {
      say(`passed  ${check.name}: ${await check.run(checks)}`);
    } catch (error) {
      failed++;
      const why = error instanceof Error ? error.message : String(error);
      say(`FAILED  ${check.name}: ${redactSecrets(why, [anthropic.apiKey])}`);
      if (error instanceof CapReached) break;
    }
  }
  say(`Spent ${cap.spentUsd().toFixed(4)} USD at list prices.`);
  return { outcome: failed === 0 ? 'passed' : 'failed', spentUsd: cap.spentUsd() };
}

async function main(): Promise<void> {
  const { outcome } = await smokeLive({
    anthropic: readEnvironment().anthropic,
    say: (line) => {
      console.log(line);
    },
  });
  process.exitCode = outcome === 'failed' ? 1 : 0;
}

if (require.main === module) void main();
