/** The faults, by what is printed. Each ends with the moment from which the operator could do its work again. */
import { setTimeout as pause } from 'node:timers/promises';
import { answer, firstWrites, pass } from '../../../test/operator/faults/api-proxy.ts';
import type { Treatment } from '../../../test/operator/faults/api-proxy.ts';
import type { Strike } from './scene.ts';

/** As long as a fault lasts that has an end of its own. */
const LASTING = 5_000;
/** Enough for every watch to be refused once. */
const SHORT = 1_000;

export const faults: Readonly<Record<string, Strike>> = {
  'none: a child is lost': async (scene) => {
    await scene.lose();
  },
  'every connection is reset': async (scene) => {
    scene.proxy.reset();
    await scene.lose();
  },
  'every watch ends with 410': async (scene) => {
    scene.proxy.treat(({ isWatch, path }) => (isWatch && path.includes('&resourceVersion=') ? answer(410) : pass));
    scene.proxy.reset();
    await pause(SHORT);
    scene.proxy.treat(() => pass);
    await scene.lose();
  },
  'two writes answered with 429, Retry-After 1': onWrites(2, answer(429, { 'retry-after': '1' })),
  'two writes answered with 409': onWrites(2, answer(409)),
  'four writes answered with 500': onWrites(4, answer(500)),
  'two writes of which the answer is lost': onWrites(2, { do: 'lose' }),
  'a write that is never answered': onWrites(1, { do: 'swallow' }),
  'everything answered with 503 for 5 s': async (scene) => {
    scene.proxy.treat(() => answer(503));
    scene.proxy.reset();
    await scene.lose();
    await pause(LASTING);
    scene.proxy.treat(() => pass);
  },
  'kube-apiserver killed and started again': killed('kube-apiserver'),
  'kube-apiserver frozen for 5 s': frozen('kube-apiserver'),
  'etcd killed and started again': killed('etcd'),
  'etcd frozen for 5 s': frozen('etcd'),
  'the operator killed and started again': async (scene) => {
    await scene.end('SIGKILL');
    await scene.lose();
    await scene.launch('first');
  },
  'the operator killed, a standby waits': succession('SIGKILL'),
  'the operator told to stop, a standby waits': succession('SIGTERM'),
};

function onWrites(times: number, treatment: Treatment): Strike {
  return async (scene) => {
    scene.proxy.treat(firstWrites(times, treatment).treat);
    await scene.lose();
  };
}

function killed(process: string): Strike {
  return async (scene) => {
    await scene.cluster.kill(process);
    await scene.cluster.restart(process);
    await scene.answers();
    await scene.lose();
  };
}

function frozen(process: string): Strike {
  return async (scene) => {
    await scene.cluster.pause(process);
    await pause(LASTING);
    await scene.cluster.resume(process);
    await scene.answers();
    await scene.lose();
  };
}

/** The standby has what it needs in its stores when the leader goes. */
function succession(signal: NodeJS.Signals): Strike {
  let heirs = 0;
  return async (scene) => {
    heirs += 1;
    const heir = await scene.launch(`heir of ${signal} ${heirs}`);
    await heir.ready();
    await scene.end(signal);
    await scene.lose();
  };
}
