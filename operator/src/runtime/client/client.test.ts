import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { RuntimeMetrics } from '../metrics.ts';
import { kindOf } from '../object.ts';
import type { ApiClient, WatchEvent } from './client.ts';
import { connect } from './connect.ts';
import { ApiError } from './error.ts';

const kind = kindOf('v1', 'ConfigMap');
const name = { namespace: 'shop', name: 'a' };
const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: name };

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const ok: Answer = (_request, response) => void response.end(JSON.stringify(object));
const reset: Answer = (request) => void request.socket.destroy();
const silence: Answer = () => undefined;

function status(code: number, headers: Record<string, string> = {}, reason?: string): Answer {
  const body = JSON.stringify({ kind: 'Status', reason, message: `says ${code}` });
  return (_request, response) => void response.writeHead(code, headers).end(body);
}

/** Answers discovery, and everything else by the script; then with success. */
describe('the client', () => {
  let server: Server;
  let script: Answer[];
  let seen: string[];
  let token: string;
  let reads: number;
  let client: ApiClient;
  let metrics: RuntimeMetrics;
  let discovered: { name: string; kind: string; namespaced: boolean; verbs: string[] }[];
  /** Discovery answers once it resolves. */
  let discovery: PromiseWithResolvers<undefined>;
  let discoveries: number;

  beforeEach(async () => {
    script = [];
    seen = [];
    reads = 0;
    token = 'first';
    discovery = Promise.withResolvers();
    discovery.resolve(undefined);
    discoveries = 0;
    discovered = [{ name: 'configmaps', kind: 'ConfigMap', namespaced: true, verbs: ['get'] }];
    server = createServer((request, response) => {
      if (request.url === '/api/v1') {
        discoveries += 1;
        void discovery.promise.then(() => response.end(JSON.stringify({ resources: discovered })));
        return;
      }
      seen.push(`${request.method ?? ''} ${request.headers.authorization ?? ''}`);
      (script.shift() ?? ok)(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    metrics = new RuntimeMetrics();
    const credentials = {
      read: () => {
        reads += 1;
        return Promise.resolve({ server: `http://127.0.0.1:${port}`, tls: {}, headers: { authorization: token } });
      },
    };
    client = await connect({ credentials, metrics, random: () => 0 });
  });

  afterEach(async () => {
    await client.close();
    server.closeAllConnections();
    server.close();
  });

  async function failure(call: Promise<unknown>): Promise<ApiError> {
    const error: unknown = await call.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof ApiError)) throw new Error('it did not fail', { cause: error });
    return error;
  }

  it('tries a read again after a reset, a 503 and a 429', async () => {
    script = [reset, status(503), status(429, { 'retry-after': '0' })];
    expect(await client.get(kind, name)).to.deep.equal(object);
    expect(seen).to.have.length(4);
  });

  it('gives up after four tries', async () => {
    script = Array.from({ length: 9 }, () => status(500, {}, 'InternalError'));
    const error = await failure(client.apply(object, { fieldManager: 'ours' }));
    expect([error.code, error.reason, seen.length]).to.deep.equal([500, 'InternalError', 4]);
  });

  it('never sends a POST twice that may have arrived', async () => {
    script = [reset];
    expect((await failure(client.create(object))).reason).to.equal('ConnectionFailed');
    script = [status(500)];
    expect((await failure(client.create(object))).code).to.equal(500);
    expect(seen).to.have.length(2);
  });

  it('sends a POST again that was turned away unread', async () => {
    script = [status(429, { 'retry-after': '0' })];
    await client.create(object);
    expect(seen).to.have.length(2);
  });

  it('does not wait for a Retry-After beyond its deadline, and says how long it is', async () => {
    script = [status(429, { 'retry-after': '60' })];
    const error = await failure(client.get(kind, name, { deadline: 1_000 }));
    expect([error.code, error.retryAfter]).to.deep.equal([429, 60_000]);
  });

  it('reads its credentials anew after a 401, once', async () => {
    script = [
      (request, response) => {
        token = 'second';
        status(401)(request, response);
      },
      ok,
      status(401),
      status(401),
    ];
    await client.create(object);
    expect(seen).to.deep.equal(['POST first', 'POST second']);
    expect(reads).to.equal(2);
    expect((await failure(client.get(kind, name))).code).to.equal(401);
    expect(seen).to.have.length(4);
  });

  it('gives up on a server that does not answer when the deadline is over', async () => {
    script = [silence, silence];
    const error = await failure(client.create(object, { deadline: 50 }));
    expect([error.code, error.reason]).to.deep.equal([0, 'Timeout']);
  });

  it('gives up at once when the caller does', async () => {
    script = [silence];
    const stop = new AbortController();
    const call = failure(client.get(kind, name, { signal: stop.signal }));
    stop.abort(new Error('enough'));
    expect((await call).reason).to.equal('Aborted');
  });

  it('keeps what the server says: reason, code, cause fields', async () => {
    const body = { kind: 'Status', reason: 'Invalid', message: 'no', details: { causes: [{ field: 'spec.a' }] } };
    script = [(_request, response) => void response.writeHead(422).end(JSON.stringify(body))];
    const error = await failure(client.create(object));
    expect(error.details?.causes?.[0]?.field).to.equal('spec.a');
    script = [
      (_request, response) => void response.writeHead(502).end('<html>'),
      ...Array.from({ length: 3 }, () => status(502)),
    ];
    expect((await failure(client.create(object))).code).to.equal(502);
  });

  it('asks the guard before every write and before no read', async () => {
    const guarded = client.guarded(() => {
      throw new Error('not leading');
    });
    await guarded.get(kind, name);
    const writes = [
      () => guarded.create(object),
      () => guarded.apply(object, { fieldManager: 'ours' }),
      () => guarded.delete(kind, name),
    ];
    for (const write of writes) {
      const message = await write().then(String, (error: unknown) => (error as Error).message);
      expect(message).to.equal('not leading');
    }
    expect(seen).to.have.length(1);
  });

  for (const [what, answer] of [
    ['after a 503', status(503)],
    ['after a lost connection', reset],
    ['after a 401', status(401)],
  ] as const) {
    it(`asks the guard again before it repeats a write ${what}`, async () => {
      let leading = true;
      script = [
        (request, response) => {
          leading = false;
          answer(request, response);
        },
      ];
      const guarded = client.guarded(() => {
        if (!leading) throw new Error('not leading');
      });
      const call = guarded.apply(object, { fieldManager: 'ours' });
      expect(await call.then(String, (error: unknown) => (error as Error).message)).to.equal('not leading');
      expect(seen).to.have.length(1);
    });
  }

  it('says of a kind that is not served that it is not found, and looks again later', async () => {
    const route = kindOf('v1', 'Route');
    const error = await failure(client.get(route, name));
    expect([error.code, error.reason]).to.deep.equal([404, 'KindNotServed']);
    expect(await client.resource(route)).to.equal(undefined);
    expect((await client.resource(kind))?.plural).to.equal('configmaps');
  });

  describe('that has yet to learn which resource serves a kind', () => {
    async function asked(): Promise<void> {
      while (discoveries === 0) await turn();
    }

    beforeEach(() => {
      discovery = Promise.withResolvers();
    });

    it('asks once for all, and lets no caller down because the one that came first has gone', async () => {
      const stop = new AbortController();
      const first = failure(client.get(kind, name, { signal: stop.signal }));
      const hurried = failure(client.get(kind, name, { deadline: 20 }));
      const second = client.get(kind, name);
      await asked();
      stop.abort(new Error('enough'));
      expect([(await first).reason, (await hurried).reason]).to.deep.equal(['Aborted', 'Timeout']);
      discovery.resolve(undefined);
      expect(await second).to.deep.equal(object);
      expect(discoveries).to.equal(1);
    });

    it('asks no longer once nobody waits, and anew for whoever comes next', async () => {
      const stop = new AbortController();
      const only = failure(client.get(kind, name, { signal: stop.signal }));
      await asked();
      stop.abort(new Error('enough'));
      expect((await only).reason).to.equal('Aborted');
      const next = client.get(kind, name);
      discovery.resolve(undefined);
      expect(await next).to.deep.equal(object);
      expect(discoveries).to.equal(2);
    });
  });

  it('reads a stream whose chunks end anywhere, within a character too', async () => {
    const events = [object, { ...object, data: { text: '메모 하나' } }].map((each) => ({
      type: 'ADDED',
      object: each,
    }));
    const bytes = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    script = [
      (_request, response) => {
        const send = (at: number): void => {
          if (at >= bytes.length) response.end();
          else response.write(bytes.subarray(at, at + 7), () => setImmediate(send, at + 7));
        };
        send(0);
      },
    ];
    const received: WatchEvent[] = [];
    const signal = new AbortController().signal;
    for await (const batch of client.watch(kind, { signal, timeoutSeconds: 1 })) received.push(...batch);
    expect(received).to.deep.equal(events);
  });

  it('opens a thousand watches a few at a time, and calls need not wait for them', async () => {
    script = [...Array.from({ length: 16 }, () => silence), ok];
    const stop = new AbortController();
    const follow = async (): Promise<void> => {
      for await (const batch of client.watch(kind, { signal: stop.signal, timeoutSeconds: 1 })) batch;
    };
    const ends = Promise.allSettled(Array.from({ length: 1_000 }, follow));
    while (seen.length < 16) await turn();
    await client.get(kind, name);
    expect(seen).to.have.length(17);
    stop.abort(new Error('enough'));
    await ends;
    expect(seen).to.have.length(17);
  });

  it('counts its calls', async () => {
    script = [status(503), ok];
    await client.get(kind, name);
    const text = await metrics.registry.getSingleMetricAsString('rest_client_requests_total');
    expect(text).to.match(/code="503".* 1/);
    expect(text).to.match(/code="200".* 2/);
  });
});
