import { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { expect } from 'chai';
import { apiServer, listen } from './lifecycle.ts';

const classes = { IncomingMessage, ServerResponse };

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
