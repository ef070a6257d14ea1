import { createInterface } from 'node:readline';
import { z } from 'zod';
import { ensureHome } from '../../config/home';
import { exitCodeOf } from '../../domain/common/exit-codes';
import { PersonName } from '../../domain/escalation/decision-rules';
import type { Pictures } from '../../inbox/pictures';
import type { Command, CommandContext } from '../command';
import { createDesk } from '../desk/desk';
import { untilAborted } from '../until-aborted';
import { userName } from '../user-name';
import { openInBrowser } from '../open-in-browser';
import { parseFlags } from '../parse-flags';
import { speakerAt } from '../speaker';

const LOOPBACK = '127.0.0.1';
const DEFAULT_PORT = 7420;

const InboxFlags = z.strictObject({
  host: z.string().trim().min(1, 'must not be empty').optional(),
  port: z.coerce.number({ error: 'is a number' }).int().min(0).max(65_535).optional(),
  open: z.literal(true).optional(),
  as: PersonName.optional(),
});
type InboxFlags = z.infer<typeof InboxFlags>;

export const inbox: Command = {
  name: 'inbox',
  args: '',
  summary: 'serve a web page to watch objectives and decide what is open, behind a link that works once',
  options: [
    { flags: '--host <host>', help: `where to listen (default: ${LOOPBACK})` },
    { flags: '--port <n>', help: `which port, 0 for any free one (default: ${String(DEFAULT_PORT)})` },
    { flags: '--open', help: 'open the link in the browser of this machine' },
    { flags: '--as <name>', help: 'who decides there (default: you)' },
  ],
  examples: ['backend-coordinator inbox --open', 'backend-coordinator inbox --port 7420 --as ada'],
  run: async (context, _args, rawFlags) => {
    const flags = parseFlags(InboxFlags, rawFlags);
    const desk = createDesk(context, {
      allowUnsandboxed: false,
      from: flags.as === undefined ? speakerAt('inbox') : { person: flags.as, channel: 'inbox' },
    });
    try {
      await serve(context, desk, flags);
    } finally {
      await desk.close();
    }
    return exitCodeOf('delivered');
  },
};

async function serve(
  context: CommandContext,
  desk: ReturnType<typeof createDesk>,
  flags: InboxFlags,
): Promise<void> {
  const { terminal, signal, home, environment } = context;
  const host = flags.host ?? LOOPBACK;
  // The file the browser is given lies there, and nothing else may have needed the home yet.
  if (flags.open === true) await ensureHome(home);
  const { serveInbox } = await import('../../inbox/server.js');
  const { createPlanText } = await import('../plan/plan-text.js');
  const { isLoopback } = await import('../../http/names.js');
  const server = await serveInbox({
    desk,
    pictures: await loadPictures(),
    by: `${flags.as ?? userName(context)}@inbox`,
    host,
    port: flags.port ?? DEFAULT_PORT,
    planText: createPlanText(() => context.services.blobs()),
  });
  const { stdin } = terminal.streams;
  const tell = (link: string): void => {
    terminal.warn(`Open ${link} (it works once)`);
  };
  const link = server.newLink();
  const opened = flags.open === true ? await openInBrowser(link, home.home, environment.inherited) : null;
  const keys = stdin.isTTY === true ? createInterface({ input: stdin }) : null;
  try {
    tell(link);
    if (opened?.problem !== undefined) terminal.warn(opened.problem);
    if (!isLoopback(host))
      terminal.warn('Other hosts can reach this, and what is sent travels in clear; put TLS in front of it.');
    terminal.warn(
      `The inbox is at ${server.url}; Ctrl-C ends it${keys === null ? '' : ', Enter gives another link'}.`,
    );
    keys?.on('line', () => {
      tell(server.newLink());
    });
    await untilAborted(signal);
  } finally {
    keys?.close();
    await opened?.remove();
    await server.stop();
  }
}

/** What the report draws, for the pages of the inbox. */
async function loadPictures(): Promise<Pictures> {
  const [{ STYLES }, { renderPlanGraph }, { renderTimeline }, { renderHtml }] = await Promise.all([
    import('../../report/html/styles.js'),
    import('../../report/html/plan-graph.js'),
    import('../../report/html/timeline-chart.js'),
    import('../../report/html/render-html.js'),
  ]);
  return { styles: STYLES, planGraph: renderPlanGraph, timeline: renderTimeline, report: renderHtml };
}
