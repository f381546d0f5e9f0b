import type { Contract } from './contract.ts';
import { kafka } from './kafka.ts';
import { redis } from './redis.ts';
import { zookeeper } from './zookeeper.ts';

/** Every image that is checked, in the order of docs/images.md. */
export const contracts: readonly Contract[] = [
  redis,
  kafka('apache/kafka:3.9.2'),
  kafka('apache/kafka:4.2.1'),
  zookeeper,
];
