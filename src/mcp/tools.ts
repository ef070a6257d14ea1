import { resolveEscalation, reviewContract, reviewPlan } from './tools/deciding';
import { getEscalation } from './tools/get-escalation';
import { getReport, getStatus, listEscalations, listObjectives } from './tools/reading';
import { startObjective } from './tools/start-objective';
import {
  cancelObjective,
  cancelTask,
  pause,
  reportDeployment,
  resume,
  setBudget,
  steer,
} from './tools/steering';
import { waitForObjective } from './tools/waiting';
import type { ToolRow } from './tool';

/** Every tool, in the order clients list them. */
export const TOOLS: readonly ToolRow[] = [
  startObjective,
  listObjectives,
  getStatus,
  waitForObjective,
  listEscalations,
  getEscalation,
  resolveEscalation,
  reviewPlan,
  reviewContract,
  steer,
  pause,
  resume,
  cancelTask,
  cancelObjective,
  setBudget,
  getReport,
  reportDeployment,
];
