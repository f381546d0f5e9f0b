/** The service as a process of its own, on real stores. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { boundToUs } from '../../cluster/host/bound.ts';
import { freePort } from '../../stores/ports.ts';
import { until } from '../../until.ts';

/** What runs every command of the service. */
export const main = join(import.meta.dirname, '../../../service/src/main.ts');

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined where there is none. */
  readonly json: unknown;
}

export interface Service {
  /** A body that is no string or Buffer goes out as JSON. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  manage(path: string): Promise<Reply>;
  readonly port: number;
  readonly pid: number;
  /** What it wrote to its standard output, line by line. */
  logs(): string;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

type Environment = Readonly<Record<string, string>>;

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `migrate` to its end. */
export async function migrate(environment: Environment): Promise<Ended> {
  return runToEnd('migrate', environment);
}

/** Runs a command that ends by itself. */
export async function runToEnd(command: 'migrate' | 'serve' | 'topic', environment: Environment): Promise<Ended> {
  return await begin(command, environment).ended;
}

/** A command that ends by itself and has not yet. */
export interface Running {
  readonly ended: Promise<Ended>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Begins a command. Not by spawnSync: a store behind a proxy of this process would never hear it. */
export function begin(command: 'migrate' | 'serve' | 'topic', environment: Environment): Running {
  const child = spawn(...boundToUs([process.execPath, main, command]), {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    ended: closed.then((status) => ({ status, stdout, stderr })),
    kill: async () => {
      child.kill('SIGKILL');
      await closed;
    },
  };
}

/** Resolves once the process is ready, or, with `ready: false`, once it is listening. @param program in place of this tree's */
export async function startService(environment: Environment, { program = main, ready = true } = {}): Promise<Service> {
  const [port, managementPort] = [await freePort(), await freePort()];
  const own = { HOST: '127.0.0.1', PORT: String(port), MANAGEMENT_PORT: String(managementPort), SHUTDOWN_DELAY: '0s' };
  const child = spawn(...boundToUs([process.execPath, program, 'serve']), {
    env: { ...process.env, ...own, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const manage = (path: string): Promise<Reply> => ask(`http://127.0.0.1:${managementPort}${path}`, { method: 'GET' });
  const probe = ready ? '/readyz' : '/livez';
  const says = (): string => `; it says:\n${output}`;
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const answers = async (): Promise<boolean> => ended() || (await manage(probe)).status === 200;
  await until(`200 from ${probe}`, answers, { seconds: 20 }).catch(async (cause: unknown) => {
    await end(child, 'SIGKILL');
    throw new Error(`the service did not answer ${probe} with 200${says()}`, { cause });
  });
  if (ended()) throw new Error(`the service ended with ${child.exitCode ?? child.signalCode}${says()}`);
  return {
    manage,
    port,
    pid: child.pid ?? 0,
    logs: () => output,
    call: async (method, path, body, headers = {}) => {
      const raw = body === undefined || typeof body === 'string' || Buffer.isBuffer(body);
      return await ask(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(body !== undefined && { body: raw ? body : JSON.stringify(body) }),
      });
    },
    stop: () => end(child, 'SIGTERM'),
    kill: async () => {
      await end(child, 'SIGKILL');
    },
  };
}

/** Creates a memo. @returns its id @throws Error when it is not acknowledged */
export async function createMemo(service: Service, fields: object = {}): Promise<number> {
  const { json, status, text } = await service.call('POST', '/v1/memos/', { title: 't', content: 'c', ...fields });
  if (status !== 201) throw new Error(`creating a memo was answered ${status}: ${text}`);
  return (json as { id: number }).id;
}

/** Of a memo's reply, by its ETag; NaN where there is none. */
export function versionOf({ headers }: Pick<Reply, 'headers'>): number {
  return Number(/-(\d+)"$/.exec(headers.get('etag') ?? '')?.[1]);
}

/** A reply with the milliseconds that it took. */
export async function timed(call: Promise<Reply>): Promise<{ reply: Reply; ms: number }> {
  const started = performance.now();
  return { reply: await call, ms: performance.now() - started };
}

/** A metric without labels; undefined where this process does not show it. */
export async function metric(service: Service, name: string): Promise<number | undefined> {
  const line = (await service.manage('/metrics')).text.split('\n').find((each) => each.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length));
}

async function ask(url: string, init: RequestInit): Promise<Reply> {
  // A redirect is an answer like any other: no client of the service is ever to meet one.
  const response = await fetch(url, { ...init, redirect: 'manual' });
  const text = await response.text();
  const json =
    /^application\/(?:[\w.-]+\+)?json/.test(response.headers.get('content-type') ?? '') && text !== ''
      ? (JSON.parse(text) as unknown)
      : undefined;
  return { status: response.status, headers: response.headers, text, json };
}

/** Sends a signal to a process that may be gone. @returns its exit code, once it has ended */
export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill(signal);
  return await exit;
}
