import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { errors, exportJWK, generateKeyPair } from 'jose';
import type { FlattenedJWSInput, JWK } from 'jose';
import { pino } from 'pino';
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
  let now: number;
  let remote: RemoteKeys;

  beforeEach(async () => {
    [answer, keys, asked, now] = ['keys', [await key('a')], 0, 0];
    issuer = createServer((_request, response) => {
      asked += 1;
      if (answer === 'silence') return;
      if (answer === 'error') response.writeHead(503).end();
      else response.end(answer === 'keys' ? JSON.stringify({ keys }) : '{"keys":1}');
    });
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys`;
    remote = new RemoteKeys({ url, log: pino({ level: 'silent' }), now: () => now });
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

  it('lose a key that the issuer withdrew', async () => {
    keys.push(await key('b'));
    expect(await found('b')).to.equal('found');
    keys.pop();
    now += 11 * MINUTE;
    // The first to ask after ten minutes renews them and does not wait for it.
    expect(await found('b')).to.equal('found');
    let last = 'found';
    while (last === 'found') {
      await setImmediate();
      last = await found('b');
    }
    expect(last).to.equal('unknown');
    expect(asked).to.equal(2);
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
