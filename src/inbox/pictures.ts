import type { Report } from '../domain/objective/report';
import type { Html } from '../html/html';

/** What pages show that another part of the product draws already; given by whoever starts the server. */
export interface Pictures {
  /** Style sheet the pictures, and with them every page, rest on. */
  readonly styles: string;
  planGraph(tasks: Report['tasks']): Html;
  timeline(run: Pick<Report, 'events' | 'decisions' | 'tasks' | 'writtenAt'>): Html;
  /** A whole page. */
  report(report: Report): string;
}
