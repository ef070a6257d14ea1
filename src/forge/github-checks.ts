import { z } from 'zod';
import type { FeedbackItem } from '../domain/pull-request/feedback';
import type { Github } from './github';
import { When, digestOf, lineNumber, strangersName, webAddress } from './item';
import { PAGE, readPages } from './pages';

const MOST_ANNOTATIONS = 20;
const FAILED: readonly string[] = ['failure', 'timed_out', 'action_required', 'startup_failure'];

const Checks = z.object({
  check_runs: z.array(
    z.object({
      id: z.int(),
      name: z.string(),
      conclusion: z.string().nullable(),
      completed_at: When.nullable(),
      html_url: z.string().nullable(),
      output: z.object({
        title: z.string().nullable(),
        summary: z.string().nullable(),
        text: z.string().nullable(),
        annotations_count: z.int(),
      }),
    }),
  ),
});
const Annotation = z.object({
  path: z.string(),
  start_line: z.int(),
  annotation_level: z.string().nullable(),
  message: z.string().nullable(),
});
const Statuses = z.object({
  statuses: z.array(
    z.object({
      context: z.string(),
      state: z.string(),
      description: z.string().nullable(),
      target_url: z.string().nullable(),
      updated_at: When,
    }),
  ),
});

/** Failing check runs of a commit, with what they say of themselves. */
export async function failedChecks(
  github: Github,
  sha: string,
  text: (words: string) => string,
): Promise<FeedbackItem[]> {
  const runs = await readPages((page) =>
    github
      .ask('reading checks', Checks, (octokit, request) =>
        octokit.rest.checks.listForRef({
          ...github.name,
          ref: sha,
          filter: 'latest',
          per_page: PAGE,
          page,
          request,
        }),
      )
      .then((answer) => answer.check_runs),
  );
  const failed = runs.filter(({ conclusion }) => conclusion !== null && FAILED.includes(conclusion));
  return Promise.all(
    failed.map(async (run): Promise<FeedbackItem> => {
      const { output } = run;
      const notes = output.annotations_count === 0 ? [] : await annotations(github, run.id);
      const [first] = notes;
      const words = [
        `${run.name}: ${run.conclusion ?? ''}`,
        output.title,
        output.summary,
        ...notes.map((row) => `${row.path}:${String(row.start_line)}: ${row.message ?? ''}`),
        output.text,
      ];
      return {
        // Of a commit, so that a check that is run again on it adds nothing.
        key: `github:check:${sha.slice(0, 16)}.${digestOf(run.name)}`,
        kind: 'check',
        author: strangersName(run.name),
        member: true,
        at: run.completed_at ?? new Date(0).toISOString(),
        url: webAddress(run.html_url),
        path: first === undefined ? null : first.path.slice(0, 300),
        line: lineNumber(first?.start_line),
        text: text(words.filter((part) => part !== null && part !== '').join('\n')),
      };
    }),
  );
}

async function annotations(github: Github, id: number): Promise<z.infer<typeof Annotation>[]> {
  const rows = await github.ask('reading the output of a check', z.array(Annotation), (octokit, request) =>
    octokit.rest.checks.listAnnotations({
      ...github.name,
      check_run_id: id,
      per_page: MOST_ANNOTATIONS,
      request,
    }),
  );
  const failures = rows.filter((row) => row.annotation_level === 'failure');
  return failures.length > 0 ? failures : rows;
}

/** Failing statuses of a commit. */
export async function failedStatuses(
  github: Github,
  sha: string,
  text: (words: string) => string,
): Promise<FeedbackItem[]> {
  const rows = await readPages((page) =>
    github
      .ask('reading commit statuses', Statuses, (octokit, request) =>
        octokit.rest.repos.getCombinedStatusForRef({
          ...github.name,
          ref: sha,
          per_page: PAGE,
          page,
          request,
        }),
      )
      .then((answer) => answer.statuses),
  );
  return rows
    .filter(({ state }) => state === 'failure' || state === 'error')
    .map((row) => ({
      key: `github:status:${sha.slice(0, 16)}.${digestOf(row.context)}`,
      kind: 'check',
      author: strangersName(row.context),
      member: true,
      at: row.updated_at,
      url: webAddress(row.target_url),
      path: null,
      line: null,
      text: text(`${row.context}: ${row.state}\n${row.description ?? ''}`),
    }));
}
