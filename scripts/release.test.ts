/** The number of the release stands in several places, each read by somebody who cannot read the others. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { version } from '../test/images/ours/source.ts';

const root = join(import.meta.dirname, '..');

/** What each file says of the release; `RELEASE` stands for its number. */
const places: readonly (readonly [path: string, ...says: readonly string[]])[] = [
  ['operator/package.json', '"version": "RELEASE"'],
  ['service/package.json', '"version": "RELEASE"'],
  ['operator/src/main.ts', "const release = 'RELEASE';"],
  ['service/src/main.ts', "const version = 'RELEASE';"],
  ['config/operator/deployment.yaml', 'image: memo-operator:RELEASE\n'],
  ['config/environment/memoapp.yaml', '  version: RELEASE\n'],
  ['charts/memo-operator/Chart.yaml', '\nversion: RELEASE\n', '\nappVersion: RELEASE\n'],
  ['compose.yaml', 'image: memo-service:RELEASE\n'],
  ['README.md', 'version RELEASE.'],
];

describe('the release of package.json', () => {
  for (const [path, ...says] of places) {
    it(`is that of ${path}`, async () => {
      const text = readFileSync(join(root, path), 'utf8');
      for (const each of says) expect(text).to.contain(each.replace('RELEASE', await version()));
    });
  }
});
