/**
 * The database of compose.yaml is made as one of the operator's is: the same settings, the same accounts, and the same care
 * for a first initialisation that is cut short.
 */
import { resolve } from '../../operator/src/api/resolve.ts';
import { initScripts, serverConfig } from '../../operator/src/stack/database/config.ts';
import { startCommand } from '../../operator/src/stack/database/initialisation.ts';

const HEAD =
  '# Made by scripts/compose/mariadb.ts from operator/src/stack/database: edit that, then run `make generate`.';

/** The files of compose/mariadb by their paths there. */
export function mariadbFiles(): Record<string, string> {
  const head = {
    apiVersion: 'memo.sogangcomputerclub.org/v1alpha1',
    kind: 'MemoApp',
    metadata: { name: 'memo' },
  } as const;
  const { database } = resolve({ ...head, spec: {} }, { release: '0.1.0', volumes: {} });
  if (database.mode !== 'managed') throw new Error('a MemoApp without a word about its database has a managed one');
  const scripts = Object.entries(initScripts()).map(([name, text]) => [`initdb.d/${name}`, text] as const);
  const files = { ...serverConfig(database), ...Object.fromEntries(scripts), 'start.sh': startScript() };
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [path, `${HEAD}\n${text}`]));
}

/** The command of the operator's container, `sh -euc SCRIPT`, as a file. */
function startScript(): string {
  const [, , script = ''] = startCommand;
  return `set -eu\n${script}\n`;
}
