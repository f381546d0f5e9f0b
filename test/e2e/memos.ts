/** The sample is Ready, and memos go in and come out: through the Ingress, into Kafka, by way of Redis. */
import { expect } from 'chai';
import { names } from '../../operator/src/api/names.ts';
import type { Secret } from 'kubernetes-types/core/v1.js';
import type { Client, Memo } from './harness/client.ts';
import { firstEvent } from './harness/consumer.ts';
import { bringSample, sampleApp, sampleHost } from './harness/sample.ts';
import type { Staged } from './harness/stage.ts';
import { eventually } from './harness/witness.ts';

const { namespace, name } = sampleApp;

export function memosOfTheSample(stage: Staged): void {
  let client: Client;
  let memo: Memo;

  before(() => {
    client = stage().clientOf(sampleHost);
  });

  after(async () => await client.close());

  it('turns Ready in a namespace that enforces Pod Security restricted', async () => {
    const { kubectl } = stage();
    await bringSample(stage());
    await kubectl.run(['wait', '--for=condition=Ready', '--timeout=10s', `memoapp/${name}`, '-n', namespace]);
    const label = '{.metadata.labels.pod-security\\.kubernetes\\.io/enforce}';
    expect(await kubectl.run(['get', 'namespace', namespace, '-o', `jsonpath=${label}`])).to.equal('restricted');
  });

  it('prints Ready, Status, Version, URL and Age, and explains its fields', async () => {
    const { kubectl } = stage();
    const [header = '', row = ''] = (await kubectl.run(['get', 'memoapp', '-n', namespace])).split('\n');
    expect(header.split(/ +/).filter((word) => word !== '')).to.deep.equal([
      'NAME',
      'READY',
      'STATUS',
      'VERSION',
      'URL',
      'AGE',
    ]);
    // The autoscaler may have found the start of the pods to be load.
    expect(row).to.match(/^memo +True +(\d) of \1 API pods serve .* http:\/\/sogangcomputerclub\.org /);
    expect(await kubectl.run(['explain', 'memoapp.spec.database'])).to.contain('MariaDB, where the memos are');
  });

  it('writes a Korean memo through the Ingress and finds it by the middle of a word', async () => {
    memo = await client.create('첫 모임 안내', '서강대학교컴퓨터동아리에 오신 것을 환영합니다');
    for (const part of ['학교컴퓨', '모임', '영합니']) {
      expect(
        (await client.search(part)).map(({ id }) => id),
        part,
      ).to.deep.equal([memo.id]);
    }
    expect(await client.search('없는말')).to.deep.equal([]);
    expect((await client.call('GET', `/v1/memos/${memo.id}`)).json).to.deep.equal(memo);
  });

  it('says at /health that database, Redis and Kafka are well', async () => {
    const health = await eventually(stage().kubectl, sampleApp, 'healthy', 20, async () => {
      const { status, json } = await client.call('GET', '/health');
      expect(json).to.deep.include({ status: 'healthy' });
      return { status, json };
    });
    expect(health.status).to.equal(200);
    expect(health.json).to.have.deep.property('services', { database: 'healthy', redis: 'healthy', kafka: 'healthy' });
  });

  it('shows a consumer of Kafka the memo_created of it', async () => {
    const { key, value } = await firstEvent(stage().kubectl, sampleApp, 'memo_events', 60);
    expect(key).to.equal(String(memo.id));
    expect(value).to.include({ event_type: 'memo_created', memo_id: memo.id, title: memo.title, author: null });
  });

  it('keeps a memo that was read in Redis, for at most 300 s', async () => {
    const { kubectl } = stage();
    const login = await kubectl.get<Secret>('secret', names(sampleApp).cacheCredentials, '-n', namespace);
    const { username = '', password = '' } = login?.data ?? {};
    // By standard input: arguments show in the list of processes, and in errors.
    const auth = `AUTH ${decoded(username)} ${decoded(password)}`;
    const redis = async (command: string): Promise<string> => {
      const exec = ['exec', '-i', '-n', namespace, `${names(sampleApp).cache}-0`, '--', 'redis-cli'];
      const [ok, ...answer] = (await kubectl.run(exec, `${auth}\n${command}\n`)).trim().split('\n');
      expect(ok).to.equal('OK');
      return answer.join('\n');
    };
    const seconds = await eventually(kubectl, sampleApp, `the key memo:${memo.id}`, 10, async () => {
      await client.call('GET', `/v1/memos/${memo.id}`);
      const ttl = Number(await redis(`TTL memo:${memo.id}`));
      return ttl >= 0 ? ttl : undefined;
    });
    expect(seconds).to.be.within(1, 300);
    expect((await client.call('DELETE', `/v1/memos/${memo.id}`)).status).to.equal(204);
    expect(Number(await redis(`EXISTS memo:${memo.id}`))).to.equal(0);
  });
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString();
}
