import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { errors, exportJWK, generateKeyPair } from 'jose';
import type { FlattenedJWSInput, JWK } from 'jose';
import { pino } from 'pino';
import { until } from '../../../test/until.ts';
import { KeysAway } from './keys-away.ts';
import { RemoteKeys } from './remote-keys.ts';

const MINUTE = 60_000;
const token: FlattenedJWSInput = { payload: '', signature: '' };

async function key(kid: string): Promise<JWK> {
  const { publicKey } = await generateKeyPair('ES256');
  return { ...(await exportJWK(publicKey)), kid, alg: 'ES256' };
}

describe('the keys of a token issuer', () => {
  let issuer: Server;
  let url: string;
  /** What the issuer answers, and how often it was asked. */
  let answer: 'keys' | 'error' | 'silence' | 'nonsense';
  let keys: JWK[];
  let asked: number;
  /** Fetches that were given up, as the log has it. */
  let given: number;
  let now: number;
  let remote: RemoteKeys;

  beforeEach(async () => {
    [answer, keys, asked, given, now] = ['keys', [await key('a')], 0, 0, 0];
    issuer = createServer((_request, response) => {
      asked += 1;
      if (answer === 'silence') return;
      if (answer === 'error') response.writeHead(503).end();
      else response.end(answer === 'keys' ? JSON.stringify({ keys }) : '{"keys":1}');
    });
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys`;
    remote = new RemoteKeys({ url, log: pino({ level: 'warn' }, { write: () => (given += 1) }), now: () => now });
  });

  afterEach(() => {
    issuer.closeAllConnections();
    issuer.close();
  });

  async function found(kid: string): Promise<string> {
    try {
      await remote.find({ alg: 'ES256', kid }, token);
      return 'found';
    } catch (error) {
      if (error instanceof KeysAway) return 'away';
      if (error instanceof errors.JWKSNoMatchingKey) return 'unknown';
      throw error;
    }
  }

  it('are fetched once for all who ask at the same time, and then no more', async () => {
    expect(await Promise.all(Array.from({ length: 20 }, () => found('a')))).to.deep.equal(Array(20).fill('found'));
    now += MINUTE;
    expect(await found('a')).to.equal('found');
    expect(asked).to.equal(1);
  });

  it('are fetched again for a key that is unknown, so that a rotation is seen at once', async () => {
    expect(await found('a')).to.equal('found');
    keys.push(await key('b'));
    now += MINUTE;
    expect(await found('b')).to.equal('found');
    expect(asked).to.equal(2);
  });

  it('are not fetched for every made-up key', async () => {
    expect(await found('a')).to.equal('found');
    now += MINUTE;
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => found(`made-up-${index}`)));
    expect(answers).to.deep.equal(Array(20).fill('unknown'));
    expect(asked).to.equal(2);
  });

  it('lose a key that the issuer withdrew, at the first request after ten minutes, however late that is', async () => {
    keys.push(await key('b'));
    expect(await found('b')).to.equal('found');
    keys.pop();
    now += 9 * MINUTE;
    expect(await found('b')).to.equal('found');
    now += 11 * 60 * MINUTE;
    expect(await Promise.all(Array.from({ length: 20 }, () => found('b')))).to.deep.equal(Array(20).fill('unknown'));
    expect(await found('a')).to.equal('found');
    expect(asked).to.equal(2);
  });

  it('are waited for once while the issuer is silent, and looked for behind the back of who comes next', async () => {
    expect(await found('a')).to.equal('found');
    answer = 'silence';
    now += 11 * MINUTE;
    expect(await found('a')).to.equal('found');
    expect(given).to.equal(1);
    now += 10_000;
    expect(await found('a')).to.equal('found');
    expect(given, 'the second was not waited for').to.equal(1);
    await until('it is under way', () => asked === 3);
    answer = 'keys';
    keys = [await key('b')];
    now += 10 * MINUTE;
    expect(await found('a'), 'as soon as it has been quiet for a while').to.equal('unknown');
  });

  it('go on being used while the issuer is away, for a day', async () => {
    expect(await found('a')).to.equal('found');
    answer = 'error';
    for (let hour = 0; hour < 23; hour += 1) {
      now += 60 * MINUTE;
      expect(await found('a')).to.equal('found');
    }
    now += 120 * MINUTE;
    expect(await found('a')).to.equal('away');
    answer = 'keys';
    now += MINUTE;
    expect(await found('a')).to.equal('found');
  });

  for (const trouble of ['error', 'silence', 'nonsense'] as const) {
    it(`are away, and not wrong, when none were ever fetched: ${trouble}; asking on costs one fetch in a while`, async () => {
      answer = trouble;
      expect(await Promise.all([found('a'), found('a')])).to.deep.equal(['away', 'away']);
      expect(await found('a')).to.equal('away');
      expect(asked).to.equal(1);
      answer = 'keys';
      now += MINUTE;
      expect(await found('a')).to.equal('found');
    });
  }

  it('are away for a new key while the issuer is away: the token may be good', async () => {
    expect(await found('a')).to.equal('found');
    answer = 'error';
    now += MINUTE;
    expect(await found('b')).to.equal('away');
    expect(await found('a')).to.equal('found');
  });
});
