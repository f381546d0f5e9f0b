import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { generateTypes, typesFile } from './generate-types.ts';

describe('the types of the MemoApp', () => {
  it('are those of the schema: npm run generate', async () => {
    expect(readFileSync(typesFile, 'utf8')).to.equal(await generateTypes());
  }).timeout(20_000);
});
