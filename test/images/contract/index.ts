import type { Contract } from './contract.ts';
import { zooKeeperMode } from './kafka-legacy.ts';
import { kafka } from './kafka.ts';
import { mariadb } from './mariadb.ts';
import { nginx } from './nginx.ts';
import { operator, service } from './ours.ts';
import { redis } from './redis.ts';
import { zookeeper } from './zookeeper.ts';

/** Every image that is checked, in the order of docs/images.md. */
export const contracts: readonly Contract[] = [
  mariadb,
  redis,
  kafka('apache/kafka:3.9.2', { points: [zooKeeperMode], needs: [zookeeper.reference] }),
  kafka('apache/kafka:4.2.1'),
  zookeeper,
  nginx,
  service,
  operator,
];
