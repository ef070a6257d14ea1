import { z } from 'zod';
import type { FeedbackItem } from '../domain/pull-request/feedback';
import { ForgeFailure } from '../domain/pull-request/forge-failure';
import type { Gitlab } from './gitlab-client';
import { When, digestOf, lineNumber, replyText, strangersName, strangersText, webAddress } from './item';
import { leftOut, PAGE, readNewest, readPages, type LeftOut } from './pages';

/** Jobs whose output is read, and how much of its end. */
const MOST_JOBS = 20;
const TRACE_CHARACTERS = 16_000;
/** Whoever has at least this may push (GitLab, "Members": Developer). */
const DEVELOPER = 30;

const MergeRequest = z.object({
  state: z.string(),
  sha: z.string(),
  web_url: z.string(),
  head_pipeline: z.object({ id: z.int(), status: z.string() }).nullish(),
});
const Note = z.object({
  id: z.int(),
  body: z.string(),
  author: z.object({ id: z.int(), username: z.string() }),
  created_at: When,
  system: z.boolean(),
  resolvable: z.boolean(),
  resolved: z.boolean().nullish(),
  position: z
    .object({
      new_path: z.string().nullish(),
      old_path: z.string().nullish(),
      new_line: z.int().nullish(),
      old_line: z.int().nullish(),
    })
    .nullish(),
});
type Note = z.infer<typeof Note>;
const Discussion = z.object({ notes: z.array(Note) });
const Member = z.object({ id: z.int(), access_level: z.int() });
const Job = z.object({
  id: z.int(),
  name: z.string(),
  stage: z.string(),
  allow_failure: z.boolean(),
  failure_reason: z.string().nullish(),
  web_url: z.string().nullish(),
  created_at: When,
  finished_at: When.nullish(),
});

/** What people said in threads of a merge request that are not resolved, and its failing jobs, oldest first. */
export async function readGitlabFeedback(
  gitlab: Gitlab,
  number: number,
  token: string,
): Promise<{ readonly items: FeedbackItem[]; readonly notes: readonly string[] }> {
  const about = await gitlab.ask('looking at the merge request', MergeRequest, {
    path: `merge_requests/${String(number)}`,
  });
  const text = (words: string): string => strangersText(words, [token]);
  const said = await threads(gitlab, number, about.web_url, text);
  const items = [
    ...said.items,
    ...(about.head_pipeline?.status === 'failed'
      ? await jobs(gitlab, about.head_pipeline.id, about.sha, text)
      : []),
  ];
  return {
    items: items.sort((a, b) => Date.parse(a.at) - Date.parse(b.at)).slice(-500),
    notes: [
      ...(about.state === 'opened' ? [] : [`Merge request !${String(number)} is ${about.state}.`]),
      ...leftOut('threads', said.without),
    ],
  };
}

/** Comments that can be resolved and are not; what is said beside the threads is talk. */
async function threads(
  gitlab: Gitlab,
  number: number,
  mergeRequest: string,
  text: (words: string) => string,
): Promise<{ readonly items: readonly FeedbackItem[]; readonly without: LeftOut }> {
  // Oldest first, and GitLab gives them in no other order.
  const { rows: discussions, without } = await readNewest((page) =>
    gitlab.page(
      'reading threads',
      Discussion,
      `merge_requests/${String(number)}/discussions?${new URLSearchParams({ per_page: String(PAGE), page: String(page) }).toString()}`,
    ),
  );
  const open = discussions.flatMap(({ notes }) =>
    notes
      .filter((note) => !note.system && note.resolvable && note.resolved !== true)
      .map((note) => ({ note, root: notes[0] })),
  );
  const members = await membersAmong(gitlab, [
    ...new Set(open.flatMap(({ note, root }) => [note.author.id, root?.author.id ?? note.author.id])),
  ]);
  const items = open.map(({ note, root }): FeedbackItem => {
    const { author, position } = note;
    const path = position?.new_path ?? position?.old_path ?? null;
    return {
      key: `gitlab:note:${String(note.id)}`,
      kind: 'review-comment',
      author: strangersName(author.username),
      member: members.has(author.id),
      at: note.created_at,
      url: webAddress(`${mergeRequest}#note_${String(note.id)}`),
      path: path?.slice(0, 300) ?? null,
      line: lineNumber(position?.new_line ?? position?.old_line),
      text: text(root === undefined || root.id === note.id ? note.body : replyOf(note, root, members)),
    };
  });
  return { items, without };
}

function replyOf(note: Note, root: Note, members: ReadonlySet<number>): string {
  const { author, body } = root;
  return replyText(note.body, { author: author.username, body, member: members.has(author.id) });
}

/** Which of these accounts may push, by GitLab's own word. */
async function membersAmong(gitlab: Gitlab, ids: readonly number[]): Promise<ReadonlySet<number>> {
  const found = new Set<number>();
  for (let from = 0; from < ids.length; from += PAGE) {
    const query = new URLSearchParams({ per_page: String(PAGE) });
    for (const id of ids.slice(from, from + PAGE)) query.append('user_ids[]', String(id));
    const rows = await gitlab.ask('looking at members', z.array(Member), {
      path: `members/all?${query.toString()}`,
    });
    for (const { id, access_level: level } of rows) if (level >= DEVELOPER) found.add(id);
  }
  return found;
}

async function jobs(
  gitlab: Gitlab,
  pipeline: number,
  sha: string,
  text: (words: string) => string,
): Promise<FeedbackItem[]> {
  const failed = await readPages((page) =>
    gitlab.ask('reading jobs', z.array(Job), {
      path: `pipelines/${String(pipeline)}/jobs?${new URLSearchParams({ 'scope[]': 'failed', per_page: String(PAGE), page: String(page) }).toString()}`,
    }),
  );
  const items: FeedbackItem[] = [];
  for (const job of failed.filter((row) => !row.allow_failure).slice(0, MOST_JOBS)) {
    const output = await outputOf(gitlab, job.id);
    items.push({
      // Of a commit, so that a job that is run again on it adds nothing.
      key: `gitlab:job:${sha.slice(0, 16)}.${digestOf(job.name)}`,
      kind: 'check',
      author: strangersName(job.name),
      member: true,
      at: job.finished_at ?? job.created_at,
      url: webAddress(job.web_url),
      path: null,
      line: null,
      text: text(`${job.name} (${job.stage}): ${job.failure_reason ?? 'failed'}\n${output}`),
    });
  }
  return items;
}

/** Jobs without output, or one the token may not see, are told by their names. */
async function outputOf(gitlab: Gitlab, job: number): Promise<string> {
  try {
    return await gitlab.tail('reading the output of a job', `jobs/${String(job)}/trace`, TRACE_CHARACTERS);
  } catch (error) {
    if (!(error instanceof ForgeFailure) || error.type !== 'Forge.Refused') throw error;
    return '';
  }
}
