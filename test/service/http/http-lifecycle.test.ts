/** How the service starts and stops. */
import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { until } from '../../until.ts';
import { main, migrate, runToEnd, startService } from '../harness/service.ts';
import { rootSession, torn, WHOLE } from '../harness/sql.ts';

describe('the life of the service', function () {
  this.timeout(60_000);
  let database: MariaDB;
  let environment: Record<string, string>;

  before(async () => {
    database = await startMariaDB();
    environment = { DATABASE_URL: database.url };
    expect(await migrate(environment)).to.include({ status: 0 });
  });

  after(() => database.stop());

  it('fails no request while it stops, reads or writes: not ready first, then `Connection: close`, then the end', async () => {
    const service = await startService({ ...environment, SHUTDOWN_DELAY: '1500ms' });
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    const failures: string[] = [];
    const closes: boolean[] = [];
    /** What was acknowledged: the version of each memo, 0 where it was deleted. */
    const known = new Map<number, number>();
    let stopping = false;
    let done = false;
    const clients = Array.from({ length: 8 }, async (_, client) => {
      let id = 0;
      for (let turn = client; !done; turn += 1) {
        const memo = JSON.stringify({ title: `t${turn}`, content: 'c', tags: [`t${turn % 3}`] });
        const writes: readonly Call[] =
          id === 0
            ? [['POST', '/v1/memos/', memo]]
            : [
                ['PUT', `/v1/memos/${id}`, memo],
                ['PATCH', `/v1/memos/${id}`, memo],
                ['DELETE', `/v1/memos/${id}`],
              ];
        for (const call of [['GET', '/v1/memos/?limit=5'] as const, ...writes]) {
          const outcome = await ask(agent, service.port, call);
          if (outcome.error !== undefined) failures.push(`${call.join(' ')}: ${outcome.error}`);
          else if (stopping) closes.push(outcome.closes);
          if (outcome.memo !== undefined) known.set((id = outcome.memo.id), outcome.memo.version);
          else if (call[0] === 'DELETE') {
            known.set(id, 0);
            id = 0;
          }
          // A proxy takes a pod off its list once it is not ready, or when it says that it closes.
          if (outcome.closes && stopping) return;
        }
      }
    });
    await until('load', () => known.size > 40, { seconds: 10 });
    const ended = service.stop();
    await until('not ready', async () => (await service.manage('/readyz')).status === 503, { seconds: 1 });
    stopping = true;
    expect((await service.call('GET', '/v1/memos/')).headers.get('connection')).to.equal('close');
    await Promise.all(clients);
    done = true;
    expect(await ended).to.equal(0);
    agent.destroy();
    expect(failures).to.deep.equal([]);
    expect(closes).to.include(true);
    const root = await rootSession(database);
    try {
      const rows = await root.query<{ id: number; version: number }[]>('SELECT id, version FROM memos');
      const stored = new Map(rows.map(({ id, version }) => [id, version]));
      const other = [...known].filter(([id, version]) => (stored.get(id) ?? 0) !== version);
      expect(other, 'acknowledged, and not so in the database').to.deep.equal([]);
      expect(await torn(root)).to.deep.equal(WHOLE);
    } finally {
      root.destroy();
    }
  });

  it('keeps an idle connection longer than any proxy does', async () => {
    const service = await startService(environment);
    const { headers } = await service.call('GET', '/health');
    expect(headers.get('keep-alive')).to.equal('timeout=95');
    await service.stop();
  });

  it('ends with exit code 1 and says why when its port is taken', async () => {
    const service = await startService(environment);
    const { status, stderr } = await runToEnd('serve', {
      ...environment,
      HOST: '127.0.0.1',
      PORT: String(service.port),
      MANAGEMENT_PORT: '0',
      REDIS_URL: 'redis://127.0.0.1:1/0',
    });
    await service.stop();
    expect(status).to.equal(1);
    expect(stderr).to.match(/^cannot listen on port \d+ of 127\.0\.0\.1 \(EADDRINUSE\): .*PORT/);
  });

  it('ends a command at SIGTERM with an exit code of its own', async () => {
    const child = spawn(process.execPath, [main, 'migrate'], {
      env: { ...process.env, DATABASE_URL: 'mysql://memo:memo@127.0.0.1:1/memo_app' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await until('it waits for the database', () => output.includes('waiting for the database'), { seconds: 10 });
    child.kill('SIGTERM');
    expect(await ended).to.equal(143);
  });

  it('has exit codes for a faulty configuration, with one line a fault', async () => {
    const { status, stderr } = await migrate({ DATABASE_URL: 'postgres://x', CACHE_TTL: '1h' });
    expect(status).to.equal(2);
    expect(stderr.trim().split('\n')).to.have.length(2);
    expect(stderr)
      .to.match(/^DATABASE_URL: .*; write mysql:\/\//m)
      .and.match(/^CACHE_TTL: /m);
  });
});

type Call = readonly [method: string, path: string, body?: string];

interface Outcome {
  readonly closes: boolean;
  readonly error?: string;
  /** What was written. */
  readonly memo?: { readonly id: number; readonly version: number };
}

/** One request on a connection that is kept. */
async function ask(agent: Agent, port: number, [method, path, body]: Call): Promise<Outcome> {
  return new Promise((resolve) => {
    const call = request({ agent, host: '127.0.0.1', port, method, path }, (response) => {
      const { headers, statusCode = 0 } = response;
      response.resume();
      response.once('end', () => {
        const [, id, version] = /^"(\d+)-(\d+)"$/.exec(headers.etag ?? '') ?? [];
        resolve({
          closes: headers.connection === 'close',
          ...(![200, 201, 204].includes(statusCode) && { error: `status ${statusCode}` }),
          ...(id !== undefined && { memo: { id: Number(id), version: Number(version) } }),
        });
      });
      response.once('error', (error) => resolve({ closes: true, error: error.message }));
    });
    call.once('error', (error) => resolve({ closes: true, error: error.message }));
    call.end(body);
  });
}
