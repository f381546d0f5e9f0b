import type { Recipe } from './recipe.ts';
import { debian } from './debian.ts';
import { docker } from './docker.ts';
import { kafka3, kafka4 } from './kafka.ts';
import { mariadb } from './mariadb.ts';
import { nginx } from './nginx.ts';
import { node } from './node.ts';
import { redis } from './redis.ts';
import { registry } from './registry.ts';
import { zookeeper } from './zookeeper.ts';

/** Every stand-in, by the name of its root file system. */
export const recipes = {
  debian,
  mariadb,
  redis,
  'kafka-3.9.2': kafka3,
  'kafka-4.2.1': kafka4,
  zookeeper,
  nginx,
  node,
  registry,
  docker,
} satisfies Record<string, Recipe>;
