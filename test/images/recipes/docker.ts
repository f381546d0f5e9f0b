import { debian } from './debian.ts';
import { aptInstall } from './recipe.ts';
import type { Recipe } from './recipe.ts';

/** A Docker engine with Compose, to run in a root of its own: a machine's own Docker is neither needed nor touched. */
export const docker: Recipe = {
  name: 'docker',
  parent: debian,
  script: aptInstall('docker.io', 'docker-cli', 'docker-compose', 'iptables', 'socat'),
  check: `dockerd --version && docker compose version`,
};
