import type { Report } from '../domain/objective/report';

/** A stretch of time of one task; instants in milliseconds. */
interface Stretch {
  readonly kind: 'attempt' | 'waiting';
  /** Of an attempt. */
  readonly level: number;
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

export interface TimelineRow {
  readonly taskId: string | null;
  readonly title: string;
  readonly from: number;
  readonly to: number;
  readonly stretches: readonly Stretch[];
}

// As the process writes them: "attempt 2 · L1 · @nodejs-expert", "attempt 2 goes on · …", "asks backend-T007-E1: …".
const STARTED = /^attempt (\d+) (?:goes on )?· (.*\bL(\d)\b.*|.*)$/;
const ENDED = /^attempt (\d+) (?!goes on|·)/;
const ASKED = /^asks (\S+): /;

/** When each task was worked on, at which level, and when it waited for a human; read from the lines of the run. */
export function readTimeline(
  report: Pick<Report, 'events' | 'decisions' | 'tasks' | 'writtenAt'>,
): TimelineRow[] {
  const end = Date.parse(report.writtenAt);
  return report.tasks.flatMap((task): TimelineRow[] => {
    if (task.startedAt === null) return [];
    const to = task.endedAt === null ? end : Date.parse(task.endedAt);
    return [
      {
        taskId: task.id,
        title: task.title,
        from: Date.parse(task.startedAt),
        to,
        stretches: stretchesOf(report, task.id, to),
      },
    ];
  });
}

function stretchesOf(
  { events = [], decisions }: Pick<Report, 'events' | 'decisions'>,
  taskId: string,
  end: number,
): Stretch[] {
  const stretches: Stretch[] = [];
  let open: { at: number; level: number; label: string } | null = null;
  const close = (at: number): void => {
    if (open !== null)
      stretches.push({ kind: 'attempt', level: open.level, from: open.at, to: at, label: open.label });
    open = null;
  };
  for (const event of events.filter((row) => row.taskId === taskId)) {
    const at = Date.parse(event.at);
    const started = STARTED.exec(event.text);
    const asked = ASKED.exec(event.text);
    if (started !== null) {
      close(at);
      open = {
        at,
        level: Number(started[3] ?? 0),
        label: `attempt ${started[1] ?? ''} · ${started[2] ?? ''}`,
      };
    } else if (ENDED.test(event.text)) close(at);
    else if (asked !== null) {
      const decision = decisions.find(({ escalationId }) => escalationId === asked[1]);
      const to = decision === undefined ? end : Date.parse(decision.decidedAt);
      const label = `${asked[1] ?? ''} waits for ${decision?.by ?? 'a human'}`;
      stretches.push({ kind: 'waiting', level: 4, from: at, to, label });
    }
  }
  close(end);
  return stretches;
}
