import { join } from 'node:path';
import { workflowPage } from '../../domain/objective/workflow-page';
import type { TemporalConnection } from '../../temporal/resolve';
import type { RunningWorker, ServerInUse, ServicesRequest } from '../services';
import { installWorkerLog } from './worker-log';

/** A connection as commands use it; vendor libraries are loaded when a verb needs them. */
export function serverInUse(connection: TemporalConnection, request: ServicesRequest): ServerInUse {
  let workerHere = false;
  const uiUrl = connection.uiUrl ?? null;
  return {
    kind: connection.kind,
    address: connection.address,
    namespace: connection.namespace,
    uiUrl,
    workflowUrl: (objectiveId) =>
      uiUrl === null ? null : workflowPage(uiUrl, connection.namespace, objectiveId),
    openDepartment: async () => {
      const { createTemporalGateway } = await import('../../client/temporal-gateway.js');
      const { createDepartmentClient } = await import('../../client/department-client.js');
      const { translateError } = await import('../../client/translate-error.js');
      try {
        const { createProofs } = await import('../../audit/proofs.js');
        const { readDecisionKey } = await import('../../config/decision-key.js');
        const signer = createProofs({ key: () => readDecisionKey(request.environment, request.home) });
        const { createAuditLog } = await import('../../audit/audit-log.js');
        const audit = createAuditLog({ folder: join(request.home.home, 'audit') });
        return createDepartmentClient(
          await createTemporalGateway(connection),
          () => workerHere,
          signer,
          audit,
        );
      } catch (error) {
        throw translateError(error, { address: connection.address });
      }
    },
    startWorker: async (mode, recording): Promise<RunningWorker> => {
      await installWorkerLog(request.home.home);
      const { startDepartmentWorker } = await import('../../worker/start.js');
      const { askingAgain } = await import('../../client/ask-again.js');
      const worker = await startDepartmentWorker({
        connection: connection.nativeOptions,
        namespace: connection.namespace,
        ...request,
        mode,
        webUi: uiUrl,
        queries: askingAgain,
        ...(recording === undefined ? {} : { recording }),
      });
      const ended = worker.run();
      workerHere = true;
      return { ended, shutdown: () => worker.shutdown() };
    },
    registerSearchAttributes: async () => {
      const { Connection } = await import('@temporalio/client');
      const { registerSearchAttributes } = await import('../../temporal/search-attributes.js');
      const client = await Connection.connect(connection.clientOptions);
      try {
        const done = await registerSearchAttributes(client, connection.namespace);
        switch (done.kind) {
          case 'registered':
            return `Registered ${done.names.join(', ')} on ${connection.address}.`;
          case 'already-registered':
            return `The search attributes are registered on ${connection.address} already.`;
          case 'denied':
            return `The server at ${connection.address} did not allow it (${done.reason}); everything works without, lists show less.`;
        }
      } finally {
        await client.close();
      }
    },
    release: () => connection.release(),
  };
}
