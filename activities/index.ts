import { createContractActivities } from './api-contract';
import { createAttemptActivities } from './attempt';
import { createCheckActivities } from './checks';
import { createClaimActivities } from './claims';
import type { Activities } from './contract';
import { createContractThinking } from './contract-thinking';
import { createCoordinationActivities } from './coordination';
import { createDatabaseThinking } from './database-thinking';
import { createDecisionActivities } from './decisions';
import { createDeliveryActivities } from './delivery';
import { createForgeActivities } from './forge';
import { createMergeActivities } from './merge';
import { guarded } from './guarded';
import { createNotificationActivities } from './notifications';
import type { Ports } from './ports';
import { createProviderActivities } from './provider-gate';
import { createRecords } from './records';
import { createReplicaActivities } from './replica';
import { createReviewActivities } from './review';
import { createSurveyActivities } from './survey';
import { createWatchActivities } from './watch';

export type { Activities } from './contract';
export type { Ports } from './ports';

/** All activities over their ports. */
export function createActivities(ports: Ports): Activities {
  const records = createRecords(ports.store);
  return guarded({
    ...createSurveyActivities(ports, records),
    ...createCoordinationActivities(ports, records),
    ...createReviewActivities(ports, records),
    ...createDatabaseThinking(ports, records),
    ...createContractThinking(ports, records),
    ...createAttemptActivities(ports, records),
    ...createCheckActivities(ports, records),
    ...createReplicaActivities(ports, records),
    ...createMergeActivities(ports, records),
    ...createContractActivities(ports, records),
    ...createDeliveryActivities(ports, records),
    ...createProviderActivities(),
    ...createClaimActivities(ports, records),
    ...createForgeActivities(ports, records),
    ...createWatchActivities(ports),
    ...createDecisionActivities(ports),
    ...createNotificationActivities(ports),
  });
}
