/** A proxy between an operator and the real API server, for faults that the real one cannot be asked for. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Agent, request as send } from 'node:https';
import { rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fromKubeconfig } from '../../../operator/src/runtime/client/kubeconfig.ts';
import { temporaryFolder } from '../../cluster/host/temporary.ts';

export interface ProxiedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly isWatch: boolean;
  readonly isLease: boolean;
  /** A write to an object. Events and the Lease are not meant: they say nothing about the state of an app. */
  readonly isWrite: boolean;
}

/** What becomes of a request. `done` is called when all is over, well or not. */
export type Treatment =
  | { readonly do: 'pass'; readonly done?: () => void }
  /** The API server does it, and the connection is closed in place of its answer. */
  | { readonly do: 'lose'; readonly done?: () => void }
  /** Answered in the API server's place, which never hears of it. */
  | { readonly do: 'answer'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Neither passed on nor answered: a connection that is half open. */
  | { readonly do: 'swallow' };

/** Asked for every request; a promise that takes its time makes a slow server. */
export type Treat = (request: ProxiedRequest) => Treatment | Promise<Treatment>;

export const pass: Treatment = { do: 'pass' };

export function answer(status: number, headers?: Readonly<Record<string, string>>): Treatment {
  return { do: 'answer', status, ...(headers && { headers }) };
}

/** Treats so many writes in this way, and lets the rest pass. */
export function firstWrites(count: number, treatment: Treatment): { treat: Treat; left: () => number } {
  let left = count;
  return {
    treat: ({ isWrite }) => {
      if (!isWrite || left === 0) return pass;
      left -= 1;
      return treatment;
    },
    left: () => left,
  };
}

export interface ApiProxy {
  /** Path of a kubeconfig that leads through the proxy, with the rights of the one it was started with. */
  readonly kubeconfig: string;
  /** Changes how requests are treated from now on. */
  treat(how: Treat): void;
  /** Resets every connection there is, watches included. */
  reset(): void;
  close(): Promise<void>;
}

/** @param kubeconfig path of the kubeconfig of whoever is to be behind the proxy */
export async function startApiProxy(kubeconfig: string, treat: Treat = () => pass): Promise<ApiProxy> {
  const { server: origin, tls } = await (await fromKubeconfig({ path: kubeconfig })).read();
  const agent = new Agent({ keepAlive: true, ...tls });
  let how = treat;
  const server = createServer((incoming, outgoing) => {
    void Promise.resolve(how(describe(incoming))).then((treatment) => {
      carryOut(treatment, incoming, outgoing, { origin, agent });
    });
  });
  const port = await listen(server);
  const folder = temporaryFolder('proxy');
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, JSON.stringify(kubeconfigOf(`http://127.0.0.1:${port}`)));
  return {
    kubeconfig: path,
    treat: (next) => {
      how = next;
    },
    reset: () => server.closeAllConnections(),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      agent.destroy();
      await closed;
      rmSync(folder, { recursive: true });
    },
  };
}

const writing: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

function describe({ method = '', url: path = '' }: IncomingMessage): ProxiedRequest {
  const isLease = /\/leases\b/.test(path);
  const isWrite = writing.has(method) && !isLease && !/\/events\b/.test(path);
  return { method, path, isLease, isWrite, isWatch: /[?&]watch=true\b/.test(path) };
}

interface Upstream {
  readonly origin: string;
  readonly agent: Agent;
}

function carryOut(treatment: Treatment, incoming: IncomingMessage, outgoing: ServerResponse, to: Upstream): void {
  switch (treatment.do) {
    case 'swallow':
      incoming.resume();
      return;
    case 'answer':
      incoming.resume();
      outgoing.writeHead(treatment.status, treatment.headers).end();
      return;
    case 'pass':
    case 'lose':
      forward(treatment, incoming, outgoing, to);
      return;
  }
}

function forward(
  { do: what, done }: Extract<Treatment, { do: 'pass' | 'lose' }>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { origin, agent }: Upstream,
): void {
  if (outgoing.destroyed) {
    // Whoever asked has gone while the request was held up.
    done?.();
    return;
  }
  const { method = 'GET', url = '/', headers } = incoming;
  const upstream = send(`${origin}${url}`, { method, agent, headers: { ...headers, host: new URL(origin).host } });
  // An API server that is away shows as what it is: a connection that ends without an answer.
  upstream.on('error', () => outgoing.destroy());
  outgoing.on('close', () => {
    if (!outgoing.writableEnded) upstream.destroy();
    done?.();
  });
  upstream.on('response', (answer) => {
    answer.on('error', () => outgoing.destroy());
    if (what === 'lose') {
      answer.on('end', () => outgoing.destroy()).resume();
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    // A watch may have nothing to say for long.
    outgoing.flushHeaders();
    answer.pipe(outgoing);
  });
  incoming.pipe(upstream);
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

function kubeconfigOf(server: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'proxied', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'proxied', user: {} }],
    contexts: [{ name: 'proxied', context: { cluster: 'proxied', user: 'proxied' } }],
    'current-context': 'proxied',
  };
}
