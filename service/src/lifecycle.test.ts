import { once } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setImmediate as nextRound } from 'node:timers/promises';
import { expect } from 'chai';
import { apiServer, closeGently, listen } from './lifecycle.ts';

const classes = { IncomingMessage, ServerResponse };

/** Asks on a connection of its own, and takes nothing yet. */
function ask(port: number, version: '1.0' | '1.1', path = '/'): Socket {
  const socket = connect({ host: '127.0.0.1', port });
  socket.write(`GET ${path} HTTP/${version}\r\nHost: x\r\n\r\n`);
  return socket;
}

/** Takes everything. @returns how it ended */
async function take(socket: Socket): Promise<{ readonly text: string; readonly error: string | undefined }> {
  let text = '';
  let error: string | undefined;
  socket.setEncoding('latin1').on('data', (piece: string) => (text += piece));
  socket.once('error', ({ code }: NodeJS.ErrnoException) => (error = code));
  await new Promise((resolve) => socket.once('close', resolve));
  return { text, error };
}

describe('a graceful stop', () => {
  it('waits until a client has taken a reply that we are done with', async () => {
    const length = 64_000_000;
    const server = apiServer((_request, response) => response.end(Buffer.alloc(length)), classes, { requestMs: 5_000 });
    const socket = ask(await listen(server, '127.0.0.1', 0, 'PORT'), '1.0');
    await once(socket, 'readable');
    const stopped = closeGently(server, 0, () => undefined);
    while (server.listening) await nextRound();
    const { error, text } = await take(socket);
    expect([error, text.length - text.indexOf('\r\n\r\n') - 4]).to.deep.equal([undefined, length]);
    await stopped;
  });

  it('closes idle connections at once whatever other clients have not taken, and theirs when they have', async () => {
    const length = 64_000_000;
    const server = apiServer(
      ({ url }, response) => response.end(Buffer.alloc(url === '/large' ? length : 2)),
      classes,
      { requestMs: 5_000 },
    );
    const port = await listen(server, '127.0.0.1', 0, 'PORT');
    const slow = ask(port, '1.1', '/large');
    await once(slow, 'readable');
    const idle = ask(port, '1.1');
    await once(idle, 'data');
    const stopped = closeGently(server, 0, () => undefined);
    expect(await take(idle)).to.deep.equal({ text: '', error: undefined });
    const { error, text } = await take(slow);
    expect([error, text.length - text.indexOf('\r\n\r\n') - 4]).to.deep.equal([undefined, length]);
    await stopped;
  });

  it('closes a connection that becomes idle meanwhile, and answers requests of which a part has come before', async () => {
    const server = apiServer(
      (request, response) => request.resume().once('end', () => response.end('whole')),
      classes,
      {
        requestMs: 5_000,
      },
    );
    const port = await listen(server, '127.0.0.1', 0, 'PORT');
    const sockets = ['GET / HTTP/1.1\r\nHost:', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{'].map(
      (begun) => ({ begun, socket: ask(port, '1.1') }),
    );
    for (const { begun, socket } of sockets) {
      // On a connection that was idle before.
      await once(socket, 'data');
      socket.write(begun);
    }
    // Behind what was written first, on a connection of its own.
    await once(ask(port, '1.1'), 'data');
    const stopped = closeGently(server, 0, () => undefined);
    while (server.listening) await nextRound();
    const taken = sockets.map(({ socket }) => take(socket));
    for (const { begun, socket } of sockets) socket.write(begun.endsWith('{') ? '}' : ' x\r\n\r\n');
    for (const { error, text } of await Promise.all(taken)) {
      expect(error).to.equal(undefined);
      expect(text).to.match(/^HTTP\/1\.1 200 [^]*whole/);
    }
    await stopped;
  });

  it('cuts a reply that we are done with and a client does not take, not even one without a length', async () => {
    const server = apiServer(
      (_request, response) => {
        response.write(Buffer.alloc(64_000_000));
        response.end();
      },
      classes,
      { requestMs: 5_000 },
    );
    const socket = ask(await listen(server, '127.0.0.1', 0, 'PORT'), '1.0');
    await once(socket, 'readable');
    await closeGently(server, 0, () => undefined, 50);
    expect((await take(socket)).error).to.equal('ECONNRESET');
  });

  for (const version of ['1.0', '1.1'] as const) {
    it(`cuts a reply that goes on for too long, and no client of HTTP/${version} takes it for whole`, async () => {
      const server = apiServer((_request, response) => response.writeHead(200).write('a line\n'), classes, {
        requestMs: 5_000,
      });
      const socket = ask(await listen(server, '127.0.0.1', 0, 'PORT'), version);
      const taken = take(socket);
      await once(socket, 'data');
      await closeGently(server, 0, () => undefined, 50);
      const { error, text } = await taken;
      expect(text).to.include('a line');
      expect(error).to.equal('ECONNRESET');
    });
  }
});

describe('a client that takes nothing of its reply', () => {
  it('is not one that a stream sends a heartbeat now and then', async () => {
    let beats = 0;
    const server = apiServer(
      (_request, response) => {
        const heart = setInterval(() => {
          beats += 1;
          if (beats === 4) response.end('end');
          else response.write(':');
        }, 200);
        response.once('close', () => clearInterval(heart));
      },
      classes,
      { requestMs: 200, workMs: 200 },
    );
    const port = await listen(server, '127.0.0.1', 0, 'PORT');
    try {
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).to.equal(':::end');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('is cut off; one that waits for our work is not', async () => {
    const gone = Promise.withResolvers<boolean>();
    const server = apiServer(
      (request, response) => {
        if (request.url === '/slow') {
          setTimeout(() => response.end('done'), 300);
          return;
        }
        response.once('close', () => gone.resolve(response.writableFinished));
        // More than the buffers on the way hold.
        response.end(Buffer.alloc(64_000_000));
      },
      classes,
      { requestMs: 200, workMs: 400 },
    );
    const port = await listen(server, '127.0.0.1', 0, 'PORT');
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('error', () => undefined);
    try {
      // Without a listener for data nothing is read from it.
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      expect(await (await fetch(`http://127.0.0.1:${port}/slow`)).text()).to.equal('done');
      expect(await gone.promise).to.equal(false);
    } finally {
      socket.destroy();
      server.closeAllConnections();
      server.close();
    }
  });
});
