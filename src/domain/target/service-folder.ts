import { z } from 'zod';
import type { Survey } from './survey';

/** The root of a repository as the folder of a service. */
export const ROOT_FOLDER = '.';

/** Folder of a service within its repository: plain names between slashes, or the root. */
export const ServiceFolder = z
  .string()
  .max(300)
  .transform((path) => path.replace(/^\.\/(?=.)/, '').replace(/(?<=.)\/+$/, ''))
  .refine((path) => path === ROOT_FOLDER || path.split('/').every(isPlainName), {
    error: 'give "." or the folder of the service within the repository, such as "services/api"',
  });

function isPlainName(name: string): boolean {
  // Neither `..` nor `.git`, and nothing that a shell or git reads as something else than a name.
  return /^(?!\.+$)[\w.@+-][\w.@+ -]*$/.test(name) && name.toLowerCase() !== '.git';
}

export function folderOf({ folder }: Pick<Survey, 'folder'>): string {
  return folder ?? ROOT_FOLDER;
}

/** A path of the service as the repository has it. */
export function inRepository(folder: string, path: string): string {
  return folder === ROOT_FOLDER ? path : normalise(`${folder}/${path}`);
}

/** A path of the repository as the service has it; one outside its folder begins with `../`. */
export function inService(folder: string, path: string): string {
  if (folder === ROOT_FOLDER) return path;
  const [from, to] = [folder.split('/'), path.split('/')];
  const shared = from.findIndex((name, at) => name !== to[at]);
  const common = shared === -1 ? from.length : shared;
  return [...from.slice(common).map(() => '..'), ...to.slice(common)].join('/') || '.';
}

/** What detection and configuration say within a folder, with the paths as the repository has them. */
export function surveyInRepository(survey: Survey, folder: string): Survey {
  if (folder === ROOT_FOLDER) return survey;
  return { ...mapPaths(survey, (path) => inRepository(folder, path)), folder };
}

/** The survey as its service sees it: the folder is all there is. Commands are the same, they run in the folder. */
export function surveyOfService(survey: Survey): Survey {
  const folder = folderOf(survey);
  const { folder: _folder, ...rest } = survey;
  return folder === ROOT_FOLDER ? rest : mapPaths(rest, (path) => inService(folder, path));
}

/** Every path a survey holds of its service; what the whole repository says stays. */
function mapPaths(survey: Survey, map: (path: string) => string): Survey {
  // An address the running service answers is no path of a file.
  const file = (path: string): string => (path.startsWith('/') ? path : map(path));
  const optional = (path: string | null): string | null => (path === null ? null : file(path));
  const { migrations, gate } = survey;
  return {
    ...survey,
    migrations: migrations === null ? null : { ...migrations, dir: file(migrations.dir) },
    apiSpec: optional(survey.apiSpec),
    manifests: survey.manifests.map(file),
    ...(gate === undefined
      ? {}
      : {
          gate: {
            ...gate,
            coverage:
              gate.coverage === null ? null : { ...gate.coverage, report: file(gate.coverage.report) },
            api:
              gate.api === null || gate.api.from === 'endpoint'
                ? gate.api
                : { ...gate.api, spec: file(gate.api.spec) },
            docs: {
              deploy: optional(gate.docs.deploy),
              limitations: optional(gate.docs.limitations),
              backup: optional(gate.docs.backup),
            },
          },
        }),
  };
}

function normalise(path: string): string {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..' && names.length > 0 && names.at(-1) !== '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return names.join('/') || ROOT_FOLDER;
}
