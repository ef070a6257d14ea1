import type { StreamEvent } from '../domain/objective/stream-events';
import type { Terminal } from './terminal';

/** One line of a stream under `--json`; its shapes are published as `schemas/events.json`. */
export function emitEvent(terminal: Pick<Terminal, 'emit'>, event: StreamEvent): void {
  terminal.emit(event);
}
