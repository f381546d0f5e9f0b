/** docs/metrics.md names every metric that the service and the operator tell, and no other. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

const root = join(import.meta.dirname, '../..');

/** Of the sources that know prom-client: `name: 'x'`, or the first argument of a function that makes one. */
const named = /(?:\bname: |\b(?:counter|gauge|histogram)\(\s*)'([a-z_]+)'/g;

function metricsOf(folder: string): string[] {
  return globSync(`${folder}/**/*.ts`, { cwd: root, exclude: ['**/*.test.ts'] }).flatMap((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return text.includes("from 'prom-client'") ? [...text.matchAll(named)].map(([, name = '']) => name) : [];
  });
}

describe('docs/metrics.md', () => {
  for (const [heading, folder] of [
    ["The API's pods", 'service/src'],
    ['The operator', 'operator/src'],
  ] as const) {
    it(`has every metric of ${folder}`, () => {
      const sections = readFileSync(join(root, 'docs/metrics.md'), 'utf8').split(/^## /m);
      const section = sections.find((each) => each.startsWith(`${heading}\n`)) ?? '';
      const told = [...section.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, name]) => name);
      expect(told).to.have.members(metricsOf(folder));
    });
  }
});
