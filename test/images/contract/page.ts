/** docs/images.md, from the points that the tests check. */
import type { Contract } from './contract.ts';

const HEAD = `# The images

<!-- Made by scripts/generate-images.ts from test/images/contract: edit that, then run \`make generate\`. -->

A cluster built from packages has no registry to pull from. So \`make up\` and the tests make the images of the stores
themselves, from Debian packages and Maven jars, under the official names: what the operator renders is the same for both.
Each keeps those points of the official image's contract that are listed here, and a test runs the image for each of them
(\`make test SUITES=images\`). Our own two images come last.
`;

/** The whole page. */
export function imagesPage(contracts: readonly Contract[]): string {
  return [HEAD, ...contracts.map(section)].join('\n');
}

function section({ reference, points, notKept }: Contract): string {
  const kept = points.map(({ says }) => `- ${says}`);
  const missing = notKept.length === 0 ? [] : ['Not kept:', '', ...notKept.map((what) => `- ${what}`), ''];
  return [`## \`${reference}\``, '', ...kept, '', ...missing].join('\n');
}
