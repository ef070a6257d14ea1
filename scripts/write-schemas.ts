import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../src/config/package-root';
import { configurationJsonSchema } from '../src/domain/target/configuration';
import { ContractExpectations } from '../src/domain/contract/contract-expectations';
import { ReviewContract } from '../src/domain/contract/contract-status';
import { ReportDeployment, type WatchMessageName } from '../src/domain/deployment/deployment-watch';
import { Escalation, ResolveEscalation } from '../src/domain/escalation/escalation';
import {
  Answer,
  CancelTask,
  Pause,
  ReviewPlan,
  SetBudget,
  Steer,
  type MessageName,
} from '../src/domain/objective/messages';
import { TakeFeedback } from '../src/domain/pull-request/feedback';
import { GateResult } from '../src/domain/quality-gate/gate-result';
import { Notification } from '../src/domain/notification/notification';
import { Report } from '../src/domain/objective/report';
import { settingsJsonSchema } from '../src/domain/notification/settings';
import { StreamEvent } from '../src/domain/objective/stream-events';
import { ObjectiveResult, ObjectiveStatus } from '../src/domain/objective/status';
import { WatchResult, WatchStatus } from '../src/domain/deployment/watch-status';

/** What each message carries; the same for the signal and the update of that name. */
export const MESSAGE_SCHEMAS = {
  resolveEscalation: ResolveEscalation,
  reviewPlan: ReviewPlan,
  reviewContract: ReviewContract,
  steer: Steer,
  pause: Pause,
  resume: Pause,
  cancelTask: CancelTask,
  setBudget: SetBudget,
  takeFeedback: TakeFeedback,
  reportDeployment: ReportDeployment,
} as const satisfies Record<MessageName | WatchMessageName, z.ZodType>;

const FOLDER = join(packageRoot(), 'schemas');

/** Everything published as JSON Schema, by file name; rules that JSON Schema cannot say are in docs/messages.md. */
export function schemaFiles(): ReadonlyMap<string, string> {
  const written = {
    Answer,
    Events: StreamEvent,
    GateResult,
    Notification,
    ObjectiveResult,
    ObjectiveStatus,
    OpenEscalations: z.array(Escalation),
    Report,
    WatchResult,
    WatchStatus,
  };
  return new Map<string, string>([
    ['coordinator.config.json', format(configurationJsonSchema())],
    ['settings.json', format(settingsJsonSchema())],
    ['contractExpectations.json', jsonSchema('contractExpectations', ContractExpectations, 'input')],
    ...Object.entries(MESSAGE_SCHEMAS).map(
      ([name, schema]) => [`${name}.json`, jsonSchema(name, schema, 'input')] as const,
    ),
    ...Object.entries(written).map(([name, schema]) => {
      const title = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
      return [`${title}.json`, jsonSchema(title, schema, 'output')] as const;
    }),
  ]);
}

function jsonSchema(title: string, schema: z.ZodType, io: 'input' | 'output'): string {
  return format({ ...z.toJSONSchema(schema, { io }), title });
}

function format(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function writeSchemas(): void {
  const files = schemaFiles();
  mkdirSync(FOLDER, { recursive: true });
  for (const name of readdirSync(FOLDER)) if (!files.has(name)) rmSync(join(FOLDER, name));
  for (const [name, text] of files) writeFileSync(join(FOLDER, name), text);
}

if (require.main === module) writeSchemas();
