/** Writes docs/operator-options.md from the operator's list of options. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { optionsPage } from './docs/options-page.ts';

writeFileSync(join(import.meta.dirname, '../docs/operator-options.md'), optionsPage());
