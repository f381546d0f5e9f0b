/** A server under load: a process on a processor of its own, with what it spends there. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { boundToUs } from '../../../test/cluster/host/bound.ts';
import { end } from '../../../test/service/harness/service.ts';
import { freePort } from '../../../test/stores/ports.ts';
import { until } from '../../../test/until.ts';
import { processorTime } from '../../processor-time.ts';

export const CONTENDERS = ['service', 'bare', 'fastify', 'express'] as const;
export type ContenderName = (typeof CONTENDERS)[number];

/** The server has the first processor; the load and the stores share the last. One alone is shared by all. */
export const SERVER_CPU = '0';
export const OTHERS_CPU = String(availableParallelism() - 1);

const root = join(import.meta.dirname, '../../..');

export interface Contender {
  readonly name: ContenderName;
  readonly url: string;
  /** Of the service alone: the port of its metrics. */
  readonly managementUrl: string;
  /** Seconds of processor time so far. */
  processorTime(): number;
  stop(): Promise<void>;
}

/**
 * Resolves once it answers.
 * @param flags Node's own
 * @throws when it does not within 20 s
 */
export async function startContender(
  name: ContenderName,
  environment: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<Contender> {
  const [port, managementPort] = [await freePort(), await freePort()];
  const command =
    name === 'service'
      ? [join(root, 'service/dist/main.js'), 'serve']
      : [join(import.meta.dirname, 'servers', `${name}.ts`)];
  const child = spawn(...boundToUs(['taskset', '-c', SERVER_CPU, process.execPath, ...flags, ...command]), {
    env: {
      ...process.env,
      ...environment,
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: String(port),
      MANAGEMENT_PORT: String(managementPort),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  const answers = async (): Promise<boolean> => {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
    return (await fetch(`${url}/v1/memos/1`)).status < 500;
  };
  await until(`${name} answers`, answers, { seconds: 20 });
  return {
    name,
    url,
    managementUrl: `http://127.0.0.1:${managementPort}`,
    processorTime: () => processorTime(child.pid ?? 0),
    stop: async () => {
      await end(child, 'SIGTERM');
    },
  };
}
