import {
  condition,
  defineSignal,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import { INTERNAL } from '../src/domain/objective/message-descriptions';
import { markdownInstant, markdownText } from '../src/domain/common/markdown-text';
import { PROVIDER_OPEN, WALL_MET, WallReport } from '../src/domain/usage/provider-gate';
import { providers } from './proxies';

/**
 * The walls of one provider and key, kept for all objectives on it: the first report starts it, every objective is
 * told, a durable timer waits the longest wall out, then all are told to go on and it closes. It holds no worker slot
 * meanwhile.
 */
export async function providerGateWorkflow(provider: string): Promise<{ readonly walls: number }> {
  const waiting = new Set<string>();
  let openAt = 0;
  let reason = '';
  let walls = 0;
  let announced = 0;

  setHandler(
    defineSignal<[unknown]>(WALL_MET),
    (payload) => {
      const report = WallReport.safeParse(payload);
      if (!report.success) return;
      walls += 1;
      waiting.add(report.data.objectiveId);
      const until = Date.now() + report.data.waitMs;
      if (until > openAt) {
        openAt = until;
        reason = report.data.reason;
      }
      setCurrentDetails(
        `No calls until **${markdownInstant(new Date(openAt).toISOString())}**: ${markdownText(reason)}\n\n` +
          `${walls} walls met; ${waiting.size} objectives wait. All are told to go on when it has passed.`,
      );
    },
    { description: INTERNAL },
  );

  const announce = async (): Promise<void> => {
    announced = openAt;
    const waitMs = Math.max(1, openAt - Date.now());
    const { told } = await providers.announceWall.executeWithOptions({ summary: `wall of ${waitMs} ms` }, [
      { provider, waitMs, reason },
    ]);
    for (const id of told) waiting.add(id);
  };

  await condition(() => openAt > 0);
  for (;;) {
    // Who is not told meets the wall and reports it.
    if (openAt > announced) await announce().catch(() => undefined);
    const left = openAt - Date.now();
    if (left <= 0) break;
    const until = openAt;
    await condition(() => openAt > until, left);
  }
  await Promise.allSettled(
    [...waiting].map((id) => getExternalWorkflowHandle(id).signal(PROVIDER_OPEN, { provider })),
  );
  return { walls };
}
