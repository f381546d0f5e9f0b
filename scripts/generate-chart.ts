/** Writes the templates of charts/memo-operator from config/ and crds/. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chartTemplates } from './chart/templates.ts';

const folder = join(import.meta.dirname, '../charts/memo-operator/templates');

mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(chartTemplates())) writeFileSync(join(folder, name), text);
