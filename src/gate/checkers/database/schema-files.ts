import type { Survey } from '../../../domain/target/survey';
import { isInside } from '../../database/migrator';

/** Whether a file may change what the migrations make: the scripts, or everything where programs run them. */
export function readsMigrations(path: string, survey: Survey): boolean {
  const isScript = path.endsWith('.sql') || survey.manifests.includes(path);
  const byPrograms = (survey.gate?.database?.up ?? null) !== null || !isScriptTool(survey.migrations?.tool);
  if (byPrograms) return true;
  return isScript || (survey.migrations !== null && isInside(survey.migrations.dir, path));
}

function isScriptTool(tool: string | undefined): boolean {
  return (
    tool === undefined || ['sql-updown', 'sql', 'dbmate', 'postgrator', 'flyway', 'goose'].includes(tool)
  );
}

/** Documentation, as people write it. */
export function isDocumentation(path: string): boolean {
  return (
    /\.(?:md|mdx|adoc|asciidoc|rst|txt|dbml|puml|mmd)$/i.test(path) && !/(?:^|\/)node_modules\//.test(path)
  );
}
