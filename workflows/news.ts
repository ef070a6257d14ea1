import type { NewsKind } from '../src/domain/news';
import type { Run } from './run';

/** Something people are told of without asking; `subject` is a question's id, `plan`, or a contract's name. */
interface News {
  readonly kind: NewsKind;
  readonly subject: string;
  readonly text: string;
}

/** Tells people; so far they see it in the run's events, where whoever calls this recorded it. */
export function tell(_run: Run, _news: News): void {
  return;
}
