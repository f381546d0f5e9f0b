/** Writes docs/spec.md from the schema of the CRD. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoAppSchema } from './docs/schema.ts';
import { specPage } from './docs/spec-page.ts';

writeFileSync(join(import.meta.dirname, '../docs/spec.md'), specPage(memoAppSchema()));
