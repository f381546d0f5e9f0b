/** Writes docs/conditions.md from the operator's lists of conditions and reasons. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { conditionsPage } from './docs/conditions-page.ts';

writeFileSync(join(import.meta.dirname, '../docs/conditions.md'), conditionsPage());
