/** compose/passwords.ts, as the one-shot service of compose.yaml runs it. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { expect } from 'chai';
import { CommandError, run } from '../cluster/host/command.ts';
import { temporaryFolder } from '../cluster/host/temporary.ts';

const PROGRAM = resolve(import.meta.dirname, '../../compose/passwords.ts');

describe('the passwords of compose.yaml', () => {
  let place: string;
  let folder: string;
  let database: string;

  beforeEach(() => {
    place = temporaryFolder('passwords');
    [folder, database] = [join(place, 'passwords'), join(place, 'database')];
    for (const each of [folder, database]) mkdirSync(each);
  });

  afterEach(() => rmSync(place, { recursive: true }));

  async function make(): Promise<string> {
    return run(process.execPath, [PROGRAM, folder, database]);
  }

  function read(path: string): string {
    return readFileSync(join(folder, 'memo', path), 'utf8');
  }

  it('are told to the stores and to their clients alike', async () => {
    await make();
    expect(read('database/uri')).to.equal(`mysql://memo_a:${read('service/password')}@mariadb:3306/memo_app`);
    expect(read('migration/uri')).to.equal(`mysql://memo_migrate:${read('migration/password')}@mariadb:3306/memo_app`);
    expect(read('cache/users.acl')).not.to.include(new URL(read('cache/uri')).password);
    expect(read('root/password')).to.match(/^[0-9a-f]{48}$/);
  });

  it('are each open to the one user who reads it', async () => {
    await make();
    const { mode, uid, gid } = statSync(join(folder, 'memo', 'database/uri'));
    expect([mode & 0o777, uid, gid]).to.deep.equal([0o400, 65532, 65532]);
  });

  it('stay as they are', async () => {
    await make();
    const before = read('root/password');
    writeFileSync(join(database, 'ibdata1'), '');
    expect(await make()).to.equal('the passwords are there');
    expect(read('root/password')).to.equal(before);
  });

  it('are made anew where a first attempt was cut short, all of them', async () => {
    mkdirSync(join(folder, '.making/root'), { recursive: true });
    writeFileSync(join(folder, '.making/root/password'), 'half');
    await make();
    expect(readdirSync(folder)).to.deep.equal(['memo']);
    expect(read('root/password')).not.to.equal('half');
  });

  it('are never made for a database that others open', async () => {
    writeFileSync(join(database, 'ibdata1'), '');
    const refusal = await make().catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(CommandError).with.property('output').that.includes('bring it back from a backup');
    expect(readdirSync(folder)).to.deep.equal([]);
  });
});
