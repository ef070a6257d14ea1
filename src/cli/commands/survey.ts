import { createHash } from 'node:crypto';
import { z } from 'zod';
import { CONFIGURATION_FILE } from '../../domain/target/configuration';
import { draftConfiguration } from '../../domain/target/draft-configuration';
import { exitCodeOf } from '../../domain/common/exit-codes';
import { argument } from '../argument';
import type { Command } from '../command';
import { draftPlace, writeDraft } from '../configuration-draft';
import { plain } from '../live/text';
import { parseFlags } from '../parse-flags';
import { locateRepository } from '../start/locate-repository';
import { readConfiguration } from '../start/read-configuration';
import { createTrustStore } from '../start/trust';

const on = z.literal(true).optional();
const SurveyFlags = z.strictObject({
  base: z.string().optional(),
  config: z.string().optional(),
  write: on,
  force: on,
});

export const survey: Command = {
  name: 'survey',
  args: '<repo>',
  summary: 'show how a repository would be worked with, and the hash to trust; runs nothing of it',
  options: [
    { flags: '--base <ref>', help: 'branch, tag or commit (default: what is checked out)' },
    { flags: '--config <file>', help: "a configuration instead of the repository's own" },
    { flags: '--write', help: `write what was found as a draft of ${CONFIGURATION_FILE} into the folder` },
    { flags: '--force', help: 'with --write: replace the file where there is one' },
  ],
  run: async (context, args, rawFlags) => {
    const { terminal, services, cwd } = context;
    const flags = parseFlags(SurveyFlags, rawFlags);
    const configuration = await readConfiguration(flags.config, cwd);
    const repository = locateRepository(argument(args, 0), cwd);
    const draft = flags.write === true ? await draftPlace(repository, flags.force === true) : null;
    const target = await services.findTarget({ repository, base: flags.base ?? null });
    for (const note of target.notes) terminal.warn(note);
    const workspaceId = `survey-${shortHash(`${target.identity}\n${target.baseCommit}`)}`;
    const surveyed = await services.surveyTarget({ target, workspaceId, configuration });
    const found = surveyed.survey;
    const trusted =
      target.sample !== null ||
      (await createTrustStore(context.home.home).trusted(target.identity)) === surveyed.trustHash;
    const rows: readonly (readonly [string, string | null])[] = [
      ['name', found.name],
      ['folder', found.folder ?? null],
      ['base', `${target.baseRef} (${target.baseCommit.slice(0, 12)})`],
      [
        'stack',
        [found.stack, found.framework, found.packageManager].filter((part) => part !== null).join(', '),
      ],
      ['database', found.database],
      [
        'migrations',
        found.migrations === null ? null : `${found.migrations.tool} in ${found.migrations.dir}`,
      ],
      ['API spec', found.apiSpec],
      ['conventions', found.conventions.length === 0 ? null : found.conventions.join(', ')],
    ];
    for (const [name, value] of rows)
      terminal.say(`${name.padEnd(12)} ${value === null ? '-' : plain(value)}`);
    for (const service of found.services ?? []) {
      terminal.say(plain(`service      ${service.name} (${service.stack}) in ${service.path}`));
    }
    terminal.say('Commands that would be run:');
    terminal.say(surveyed.commands);
    if (surveyed.roles.length > 0) terminal.say('Roles of the repository that would be given to the model:');
    for (const role of surveyed.roles) terminal.say(role);
    for (const note of [...found.notes, ...surveyed.roleNotes]) terminal.say(`note: ${plain(note)}`);
    terminal.say(`hash         ${surveyed.trustHash} (${trusted ? 'trusted' : 'not trusted yet'})`);
    if (draft !== null) {
      await writeDraft(draft, draftConfiguration(found));
      terminal.say(`Wrote ${draft}; read it, mend it and commit it: it counts as the base commit has it.`);
    }
    terminal.emit({
      identity: target.identity,
      baseRef: target.baseRef,
      baseCommit: target.baseCommit,
      trustHash: surveyed.trustHash,
      trusted,
      survey: found,
      roles: surveyed.roles,
    });
    return exitCodeOf('delivered');
  },
};

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
