/** compose.yaml, started, used and stopped with a Docker engine and Compose, in the order in which somebody would. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { Agent, request } from 'undici';
import { machineState } from '../cluster/behaviour/traces.ts';
import type { MachineState } from '../cluster/behaviour/traces.ts';
import { originalMemo, originalTable } from '../original.ts';
import { until } from '../until.ts';
import { startEngine } from './engine.ts';
import type { Engine } from './engine.ts';
import { layOut } from './project.ts';
import type { Project } from './project.ts';

const PATIENCE = { seconds: 60, hint: 'look at `docker compose logs`', everyMilliseconds: 200 };
const SECRETS = '/var/lib/docker/volumes/memo_passwords/_data/memo';
/** Services that run on; the others do their work once. */
const RUNNING = ['api', 'kafka', 'mariadb', 'nginx', 'redis', 'zookeeper'];
const MEMO = { title: '서강대학교 전산실', content: 'the machine room' };

interface Reply {
  readonly status: number;
  readonly retryAfter: unknown;
  readonly json: unknown;
}

/** What a section of docs/compose.md runs in the container of MariaDB. */
function documented(heading: string): string[][] {
  const page = readFileSync(join(import.meta.dirname, '../../docs/compose.md'), 'utf8');
  const section = page.split(/^## /m).find((one) => one.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/exec -T mariadb (sh) (-c) '([^']+)'/g)].map(([, ...command]) => command);
}

describe('docker compose', function () {
  this.timeout(300_000);
  let machine: MachineState;
  let engine: Engine;
  let project: Project;
  let client: Agent;
  const endings: (() => Promise<void>)[] = [];

  before(async function () {
    this.timeout(20 * 60_000);
    machine = await machineState();
    engine = await startEngine();
    endings.push(() => engine.remove());
    project = await layOut(engine);
    client = new Agent({ connect: { socketPath: project.api } });
    endings.push(() => client.destroy());
    await project.compose(['up', '--detach']);
    await answers();
  });

  after(async () => {
    for (const end of endings.toReversed()) await end();
  });

  /** As a client on the same machine asks port 8000. */
  async function ask(method: 'GET' | 'POST', path: string, body?: object): Promise<Reply> {
    const {
      statusCode,
      headers,
      body: answer,
    } = await request(`http://127.0.0.1:8000${path}`, {
      method,
      dispatcher: client,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    return { status: statusCode, retryAfter: headers['retry-after'], json: await answer.json() };
  }

  /** The proxy is started last, and listens a moment later. */
  async function answers(): Promise<void> {
    await until('the API answers', async () => (await ask('GET', '/v1/memos/?limit=1')).status === 200, PATIENCE);
  }

  async function found(word: string): Promise<unknown> {
    const { status, json } = await ask('GET', `/v1/memos/search/?q=${encodeURIComponent(word)}`);
    expect(status, JSON.stringify(json)).to.equal(200);
    return json;
  }

  /** Ids of the services that run on, and since when. */
  async function lives(): Promise<Record<string, unknown>> {
    const containers = await project.containers();
    return Object.fromEntries(
      RUNNING.map((name) => [name, [containers.get(name)?.Id, containers.get(name)?.State.StartedAt]]),
    );
  }

  it('up -d serves on port 8000: a memo is written, and found in the middle of a word', async () => {
    expect(await ask('POST', '/v1/memos/', MEMO)).to.have.property('status', 201);
    expect(await found('학교')).to.have.nested.property('[0].title', MEMO.title);
    const containers = await project.containers();
    expect([...containers.keys()].sort()).to.deep.equal([...RUNNING, 'migrate', 'passwords', 'topic'].sort());
    for (const name of ['migrate', 'passwords']) expect(containers.get(name)?.State).to.include({ ExitCode: 0 });
  });

  it('the event of the memo is on the topic', async () => {
    const settings = ['KAFKA_HEAP_OPTS=-Xmx128m', 'KAFKA_LOG4J_OPTS= ', 'LOG_DIR=/tmp'];
    const consumer = ['/opt/kafka/bin/kafka-console-consumer.sh', '--bootstrap-server', 'kafka:9092'];
    const what = ['--topic', 'memo_events', '--from-beginning', '--max-messages', '1', '--timeout-ms', '60000'];
    const event = await project.exec('kafka', ['env', ...settings, ...consumer, ...what]);
    expect(JSON.parse(event)).to.include({ event_type: 'memo_created', title: MEMO.title });
  });

  it('everything is well: nothing waits for a store', async () => {
    const all = { database: 'healthy', redis: 'healthy', kafka: 'healthy' };
    await until(
      'health',
      async () => {
        const { json } = await ask('GET', '/health');
        expect(json).to.have.property('services').that.deep.equals(all);
        return true;
      },
      PATIENCE,
    );
  });

  it('a change comes to those who listen at once, through the proxy', async () => {
    const { body } = await request('http://127.0.0.1:8000/v1/memos/changes', { dispatcher: client });
    const chunks = body.setEncoding('utf8')[Symbol.asyncIterator]();
    await chunks.next();
    await ask('POST', '/v1/memos/', { title: 'soon', content: 'on the stream' });
    let text = '';
    while (!text.includes('soon')) text += String((await chunks.next()).value);
    await chunks.return?.();
    expect(text).to.include('memo_created');
  });

  it('the proxy keeps its connections to the API', async () => {
    for (let time = 0; time < 20; time += 1) await ask('GET', '/v1/memos/1');
    const api = (await project.containers()).get('api')?.State.Pid ?? 0;
    // Local port 8000, in the state TIME_WAIT: closed by the API, as it does where it is asked to.
    const sockets = (await engine.run(['cat', `/proc/${api}/net/tcp6`])).split('\n');
    expect(sockets.filter((line) => /^\s*\d+: [0-9A-F]+:1F40 /.test(line)).length).to.be.greaterThan(0);
    expect(sockets.filter((line) => /^\s*\d+: [0-9A-F]+:1F40 [0-9A-F:]+ 06 /.test(line)).length).to.be.below(10);
  });

  it('a password is in the file of its one reader, and nowhere in what Docker and Compose show', async () => {
    const paths = (await engine.run(['find', SECRETS, '-type', 'f', '-printf', '%P %m %U\n'])).split('\n');
    expect(paths.sort()).to.deep.equal([
      'cache/uri 400 65532',
      'cache/users.acl 400 6379',
      'database/uri 400 65532',
      'migration/password 400 999',
      'migration/uri 400 65533',
      'root/password 400 999',
      'service/password 400 999',
    ]);
    const uri = await engine.run(['cat', `${SECRETS}/cache/uri`]);
    const files = ['root/password', 'migration/password', 'service/password'].map((path) => `${SECRETS}/${path}`);
    const passwords = [...((await engine.run(['cat', ...files])).match(/.{48}/g) ?? []), new URL(uri).password];
    expect(new Set(passwords)).to.have.property('size', 4);
    const ids = (await engine.run(['docker', 'ps', '--all', '--quiet'])).split('\n');
    const shown = [
      await engine.run(['docker', 'inspect', ...ids]),
      await project.compose(['config']),
      await project.compose(['logs', '--no-color']),
      await engine.run(['sh', '-c', `cat /proc/[0-9]*/cmdline | tr '\\0' ' '`]),
    ].join('\n');
    expect(shown).to.include('/run/secrets');
    for (const password of passwords) expect(shown.includes(password)).to.equal(false);
  });

  it('nobody is root or may write to his image, and nginx alone is to be reached from outside', async () => {
    const ids = [...(await project.containers())].filter(([name]) => RUNNING.includes(name)).map(([, { Id }]) => Id);
    const format =
      '{{.Name}} {{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}} {{.NetworkSettings.Ports}}';
    const lines = (await engine.run(['docker', 'inspect', '--format', format, ...ids])).split('\n').sort();
    const same = 'true [ALL] [no-new-privileges:true]';
    expect(lines.map((line) => line.replaceAll(/\d+\/tcp:\[\] ?/g, ''))).to.deep.equal([
      `/memo-api-1 65532:65532 ${same} map[]`,
      `/memo-kafka-1 1000:1000 ${same} map[]`,
      `/memo-mariadb-1 999:999 ${same} map[]`,
      `/memo-nginx-1 101:101 ${same} map[8000/tcp:[{127.0.0.1 8000}]]`,
      `/memo-redis-1 6379:6379 ${same} map[]`,
      `/memo-zookeeper-1 1000:1000 ${same} map[]`,
    ]);
  });

  it('up -d again touches nothing that runs', async () => {
    const before = await lives();
    await project.compose(['up', '--detach']);
    expect(await lives()).to.deep.equal(before);
  });

  it('while the API is stopped, a client is told to come again, and a backup is brought back as the docs say', async () => {
    const [save = [], bringBack = []] = documented('Backup');
    const dump = await project.exec('mariadb', save);
    expect(dump).to.include(MEMO.title);
    await ask('POST', '/v1/memos/', { title: 'too late', content: 'for the backup' });
    await project.compose(['stop', 'api']);
    const { status, retryAfter, json } = await ask('GET', '/v1/memos/1');
    expect([status, retryAfter]).to.deep.equal([503, '1']);
    expect(json).to.have.property('detail');
    await project.exec('mariadb', bringBack, { input: dump });
    await project.compose(['restart', 'redis']);
  });

  it('an API that starts again at another address is found there', async () => {
    // Takes the one that it had.
    const id = await engine.run(['docker', 'run', '--detach', '--network', 'memo_front', 'redis:8.0']);
    await project.compose(['start', 'api']);
    await answers();
    expect(await found('too late')).to.deep.equal([]);
    await engine.run(['docker', 'rm', '--force', '--volumes', id]);
  });

  it('down and up again keep memos and passwords', async () => {
    const password = await engine.run(['cat', `${SECRETS}/root/password`]);
    await project.compose(['down']);
    expect(await project.containers()).to.have.property('size', 0);
    await project.compose(['up', '--detach']);
    await answers();
    expect(await found('전산')).to.have.nested.property('[0].title', MEMO.title);
    expect(await engine.run(['cat', `${SECRETS}/root/password`])).to.equal(password);
  });

  it('brings in the memos of the original as the docs say', async () => {
    const [bringIn = []] = documented('From the original');
    await project.compose(['stop', 'api']);
    await project.exec('mariadb', bringIn, { input: `${originalTable}\n${originalMemo.sql}` });
    await project.compose(['restart', 'redis']);
    await project.compose(['up', '--detach']);
    await answers();
    expect(await found('전산')).to.deep.equal([]);
    expect(await found(originalMemo.found))
      .to.have.nested.property('[0]')
      .that.deep.includes(originalMemo.reply);
  });

  it('down -v leaves no container, no network and no volume', async () => {
    await project.compose(['down', '--volumes']);
    const left = await Promise.all([
      engine.run(['docker', 'ps', '--all', '--quiet']),
      engine.run(['docker', 'volume', 'ls', '--quiet']),
      engine.run(['docker', 'network', 'ls', '--quiet', '--filter', 'type=custom']),
    ]);
    expect(left).to.deep.equal(['', '', '']);
  });

  it('an engine that is killed with a stack in it leaves no process, mount, interface or firewall rule', async () => {
    await project.compose(['up', '--detach', 'redis']);
    expect(engine.processes()).to.have.property('length').that.is.greaterThan(2);
    await engine.kill();
    await until('the end of its processes', () => engine.processes().length === 0, PATIENCE);
    expect(await machineState()).to.deep.equal(machine);
  });
});
