import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../cluster/host/command.ts';
import { temporaryFolder } from '../../cluster/host/temporary.ts';
import { debian } from './debian.ts';
import { aptInstall, STANDARD_PATH } from './recipe.ts';
import type { Recipe } from './recipe.ts';

const NODE = '26.10.0';
const NPM = '11.19.1';

/** Node 26 with npm, from the npm packages that carry them, at the paths of the official image. */
export const node: Recipe = {
  name: 'node',
  reference: 'node:26-trixie-slim',
  parent: debian,
  pins: [NODE, NPM, process.arch],
  files: ['node'],
  async prepare(root) {
    const work = temporaryFolder('node');
    try {
      const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--no-save', '--prefix', work];
      await run('npm', ['install', ...options, `node-linux-${process.arch}@${NODE}`, `npm@${NPM}`]);
      const modules = join(work, 'node_modules');
      await cp(join(modules, `node-linux-${process.arch}`, 'bin', 'node'), join(root, 'usr/local/bin/node'));
      const target = join(root, 'usr/local/lib/node_modules/npm');
      await cp(join(modules, 'npm'), target, { recursive: true, verbatimSymlinks: true });
    } finally {
      await rm(work, { recursive: true });
    }
  },
  // The binary needs libatomic; the official slim image has it for the same reason.
  script: `groupadd -g 1000 node
useradd -m -g node -u 1000 -s /bin/bash node
${aptInstall('libatomic1')}
chown -R root:root /usr/local
chmod 755 /usr/local/bin/node
ln -s node /usr/local/bin/nodejs
ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
`,
  check: `node --version | grep -q '^v26\\.' && npm --version >/dev/null && test "$(id -u node):$(id -g node)" = 1000:1000`,
  config: {
    Env: [STANDARD_PATH, `NODE_VERSION=${NODE}`],
    Entrypoint: ['docker-entrypoint.sh'],
    Cmd: ['node'],
  },
};
