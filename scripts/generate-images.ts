/** Writes docs/images.md from the points that the tests of the images check. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contracts } from '../test/images/contract/index.ts';
import { imagesPage } from '../test/images/contract/page.ts';

writeFileSync(join(import.meta.dirname, '../docs/images.md'), imagesPage(contracts));
