/** Writes the files of compose/mariadb: a database that Compose starts is made as one that the operator starts. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mariadbFiles } from './compose/mariadb.ts';

for (const [path, text] of Object.entries(mariadbFiles())) {
  const file = join(import.meta.dirname, '../compose/mariadb', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
