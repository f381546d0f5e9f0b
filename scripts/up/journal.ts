/** The log file of one run: everything that was shown, what builders said, and what was found when a part failed. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateDirectory } from '../../test/cluster/host/paths.ts';
import type { Outlet } from './steps.ts';

export interface Journal extends Outlet {
  readonly path: string;
}

/** Begins the log of a command, over that of the run before. @param name such as `up-default` */
export function openJournal(name: string): Journal {
  const folder = join(stateDirectory(), 'logs');
  const path = join(folder, `${name.replaceAll(/[^\w.-]/g, '_')}.log`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, `${new Date().toISOString()} make ${name}\n`);
  return {
    path,
    show: (line) => process.stderr.write(`${line}\n`),
    // At once: the line that matters most is the last one before an end.
    keep: (line) => appendFileSync(path, `${line}\n`),
  };
}
