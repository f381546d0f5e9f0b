/** Writes docs/configuration.md from the service's list of variables. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VARIABLES } from '../service/src/config.ts';
import { configurationPage } from '../service/src/config/document.ts';

writeFileSync(join(import.meta.dirname, '../docs/configuration.md'), configurationPage(VARIABLES));
