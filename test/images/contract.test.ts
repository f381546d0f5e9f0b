/** The images under official names keep what docs/images.md says of them: each point is checked on the running image. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { bench } from './contract/contract.ts';
import { imageOf } from './contract/images.ts';
import { contracts } from './contract/index.ts';
import { imagesPage } from './contract/page.ts';

for (const { reference, needs = [], points } of contracts) {
  describe(`the image ${reference}`, function () {
    this.timeout(90_000);
    let using: ReturnType<typeof bench>;
    before('have it made and unpacked', async function () {
      this.timeout(20 * 60_000);
      for (const other of needs) await imageOf(other);
      using = bench(await imageOf(reference));
    });
    after('end its containers', () => using.end());
    for (const point of points) it(point.says, () => point.check(using));
  });
}

describe('docs/images.md', () => {
  it('says what is checked: run `make generate` after a change', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/images.md'), 'utf8');
    expect(page).to.equal(imagesPage(contracts));
  });
});
