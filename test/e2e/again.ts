/** A MemoApp that is deleted keeps its data by default, and one of the same name finds it again. */
import { expect } from 'chai';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import { names, podClaim } from '../../operator/src/api/names.ts';
import type { KubeObject } from '../../operator/src/runtime/object.ts';
import { originalMemo, originalTable } from '../original.ts';
import { openDesk } from './harness/backup.ts';
import type { Desk } from './harness/backup.ts';
import { remains } from './harness/remains.ts';
import { bringSample, sampleApp, sampleHost } from './harness/sample.ts';
import type { Staged } from './harness/stage.ts';
import { eventually } from './harness/witness.ts';

const { namespace, name } = sampleApp;
const child = names(sampleApp);

/** Volumes, and the Secrets that open the database. */
const kept = [
  ...[child.database, child.events, child.zookeeper].map((set) => `persistentvolumeclaim/${podClaim(set, 0)}`),
  ...[child.databaseCredentials, child.databaseMigration, child.databaseRoot].map((secret) => `secret/${secret}`),
].toSorted();

export function keptAndFoundAgain(stage: Staged): void {
  const text = '지워져도 남는 메모';
  let id: number;
  let desk: Desk;

  before(async () => (desk = await openDesk(stage())));
  after(async () => {
    await desk.clear();
  });

  it('leaves its volumes and the Secrets that open them, and nothing else', async () => {
    const { kubectl } = stage();
    const client = stage().clientOf(sampleHost);
    ({ id } = await client.create('남는 기록', text));
    await client.close();
    await desk.type('Save');
    await kubectl.run(['delete', 'memoapp', name, '-n', namespace, '--timeout=60s']);
    await eventually(kubectl, sampleApp, 'only volumes and Secrets are left', 120, async () => {
      expect(await remains(kubectl, namespace)).to.deep.equal(kept);
      return true;
    });
  });

  it('has its memos when it is made again, with a Secret that was lost meanwhile and put back as the page says', async () => {
    await stage().kubectl.run(['delete', 'secret', child.databaseRoot, '-n', namespace]);
    await desk.typeOne('kubectl apply -f secrets.yaml');
    await bringSample(stage());
    const client = stage().clientOf(sampleHost);
    const found = await client.search('워져도');
    expect(found.map((memo) => memo.id)).to.deep.equal([id]);
    expect((await client.create('새 기록', '다시 만든 뒤')).id).to.be.greaterThan(id);
    await client.close();
  });

  it('has the memos that were saved when they are brought back as the page says, and no others', async () => {
    const client = stage().clientOf(sampleHost);
    await client.create('저장한 뒤', '저장한 뒤에 쓴 메모');
    expect((await client.call('DELETE', `/v1/memos/${id}`)).status).to.equal(204);
    await desk.type('Bring back');
    const { kubectl } = stage();
    const api = await kubectl.get<KubeObject & Deployment>('deployment', child.api, '-n', namespace);
    expect(api?.status?.readyReplicas, 'pods of an API that is Ready again').to.be.at.least(1);
    // There was none, and the Ingress controller takes changes up every two seconds at most (providersThrottleDuration of Traefik).
    const found = await eventually(
      kubectl,
      sampleApp,
      'the API is reached by the Ingress again',
      10,
      async () => await client.search('워져도'),
    );
    expect(found.map((memo) => memo.id)).to.deep.equal([id]);
    expect(await client.search('저장한')).to.deep.equal([]);
    await client.create('되돌린 뒤', '되돌린 뒤에 쓴 메모');
    await client.close();
  });

  it('has the memos of the original, under their ids, when its table is brought in as the page says', async () => {
    const client = stage().clientOf(sampleHost);
    const asRoot = (program: string): string =>
      `kubectl exec -i NAME-database-0 -- sh -c 'MYSQL_PWD=$(cat /run/secrets/memo/root/password) exec ${program} --user=root'`;
    const database = 'CREATE DATABASE original CHARACTER SET utf8mb4; USE original;';
    await desk.typeOwn(`${asRoot('mariadb')} <<'END'\n${[database, originalTable, originalMemo.sql].join('\n')}\nEND`);
    await desk.typeOwn(`${asRoot('mariadb-dump --single-transaction original memos')} > original.sql`);
    await desk.type('Into a managed database');
    const found = await eventually(
      stage().kubectl,
      sampleApp,
      'the API is reached by the Ingress again',
      10,
      async () => await client.search(originalMemo.found),
    );
    expect(found).to.have.length(1);
    expect(found[0]).to.deep.include(originalMemo.reply);
    expect(await client.search('되돌린')).to.deep.equal([]);
    expect((await client.create('원본 뒤', '이어서 쓴 메모')).id).to.equal(originalMemo.reply.id + 1);
    await client.close();
  });
}
