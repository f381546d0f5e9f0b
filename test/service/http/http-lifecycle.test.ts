/** How the service starts and stops. */
import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import { startMariaDB } from '../../stores/mariadb.ts';
import type { MariaDB } from '../../stores/mariadb.ts';
import { until } from '../../stores/ready.ts';
import { main, migrate, runToEnd, startService } from '../harness/service.ts';

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

  it('fails no request while it stops: not ready first, then `Connection: close`, then the end', async () => {
    const service = await startService({ ...environment, SHUTDOWN_DELAY: '1500ms' });
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    const failures: string[] = [];
    const closes: boolean[] = [];
    let stopping = false;
    let done = false;
    const clients = Array.from({ length: 8 }, async () => {
      while (!done) {
        const outcome = await ask(agent, service.port);
        if (outcome.error !== undefined) failures.push(outcome.error);
        else if (stopping) closes.push(outcome.closes);
        // A proxy takes a pod off its list once it is not ready, or when it says that it closes.
        if (outcome.closes && stopping) return;
      }
    });
    await until(
      'load',
      async () => (await service.manage('/metrics')).text.includes('http_request_duration_seconds_count'),
      5_000,
    );
    const ended = service.stop();
    await until('not ready', async () => (await service.manage('/readyz')).status === 503, 1_000);
    stopping = true;
    expect((await service.call('GET', '/v1/memos/')).headers.get('connection')).to.equal('close');
    await Promise.all(clients);
    done = true;
    expect(await ended).to.equal(0);
    agent.destroy();
    expect(failures).to.deep.equal([]);
    expect(closes).to.include(true);
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
    await until('it waits for the database', () => output.includes('waiting for the database'), 10_000);
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

/** One GET on a connection that is kept. */
async function ask(agent: Agent, port: number): Promise<{ closes: boolean; error?: string }> {
  return new Promise((resolve) => {
    const call = request({ agent, host: '127.0.0.1', port, path: '/v1/memos/?limit=5' }, (response) => {
      response.resume();
      response.once('end', () => {
        const error = response.statusCode === 200 ? {} : { error: `status ${String(response.statusCode)}` };
        resolve({ closes: response.headers.connection === 'close', ...error });
      });
      response.once('error', (error) => resolve({ closes: true, error: error.message }));
    });
    call.once('error', (error) => resolve({ closes: true, error: error.message }));
    call.end();
  });
}
