import type { LoadedPlaybook, Playbook } from './playbook';

type Covering = Pick<Playbook, 'name' | 'title' | 'covers' | 'target' | 'scenarios'>;

/** The first playbook that covers an objective on a bundled sample; null: the offline model cannot answer it. */
export function findCoverage<T extends Covering = LoadedPlaybook>(
  playbooks: readonly T[],
  objective: string,
  sample: string | null,
): T | null {
  return covering(playbooks, objective).find((playbook) => playbook.target.sample === sample) ?? null;
}

/** The sample that the first playbook covering an objective is for; null where none covers it. */
export function findSample(playbooks: readonly Covering[], objective: string): string | null {
  return covering(playbooks, objective)[0]?.target.sample ?? null;
}

function covering<T extends Covering>(playbooks: readonly T[], objective: string): readonly T[] {
  const text = objective.normalize('NFC').toLowerCase();
  return playbooks.filter((playbook) =>
    playbook.covers.every((group) => group.some((word) => text.includes(word.toLowerCase()))),
  );
}

/** The sentence for an objective nothing covers: what is covered, and how to use Claude. */
export function describeCoverage(playbooks: readonly Covering[]): string {
  const covered = playbooks.map((playbook) => {
    const words = playbook.covers.map((group) => group[0]).join(' + ');
    return `"${playbook.title}" (an objective with ${words}, on the sample ${playbook.target.sample})`;
  });
  return `The offline model covers: ${covered.join('; ') || 'nothing'}; set ANTHROPIC_API_KEY to use Claude.`;
}
