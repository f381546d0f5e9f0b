/** The service as a process of its own, on real stores. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { until } from '../stores/ready.ts';

const main = join(import.meta.dirname, '../../service/src/main.ts');

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
  stop(): Promise<number | null>;
}

type Environment = Readonly<Record<string, string>>;

/** Runs `migrate` to its end. */
export function migrate(environment: Environment): { status: number | null; stderr: string } {
  return spawnSync(process.execPath, [main, 'migrate'], { env: { ...process.env, ...environment }, encoding: 'utf8' });
}

/** Resolves once the process is ready. */
export async function startService(environment: Environment): Promise<Service> {
  const [port, managementPort] = [await freePort(), await freePort()];
  const own = { HOST: '127.0.0.1', PORT: String(port), MANAGEMENT_PORT: String(managementPort), SHUTDOWN_DELAY: '0s' };
  const child = spawn(process.execPath, [main, 'serve'], {
    env: { ...process.env, ...own, ...environment },
    stdio: 'ignore',
  });
  const manage = (path: string): Promise<Reply> => ask(`http://127.0.0.1:${managementPort}${path}`, { method: 'GET' });
  await until('ready service', async () => (await manage('/readyz').catch(() => undefined))?.status === 200, 20_000);
  return {
    manage,
    call: async (method, path, body, headers = {}) => {
      const raw = body === undefined || typeof body === 'string' || Buffer.isBuffer(body);
      return await ask(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(body !== undefined && { body: raw ? body : JSON.stringify(body) }),
      });
    },
    stop: () => end(child),
  };
}

async function ask(url: string, init: RequestInit): Promise<Reply> {
  const response = await fetch(url, init);
  const text = await response.text();
  const json =
    (response.headers.get('content-type') ?? '').includes('json') && text !== ''
      ? (JSON.parse(text) as unknown)
      : undefined;
  return { status: response.status, headers: response.headers, text, json };
}

async function end(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  return await exit;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
