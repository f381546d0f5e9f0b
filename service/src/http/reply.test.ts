import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { expect } from 'chai';
import { cut } from './reply.ts';

describe('a reply that is cut', () => {
  it('leaves no connection open, not even one that Node ends at the same time', async () => {
    const closed = Promise.withResolvers<boolean>();
    const server = createServer((request, response) => {
      response.once('close', () => closed.resolve(response.writableFinished));
      response.write('begun');
      // Behind Node's own listener, which ends the connection.
      request.socket.once('end', () => cut(response));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    const socket = connect({ host: '127.0.0.1', port: typeof address === 'object' ? (address?.port ?? 0) : 0 });
    try {
      socket.write('GET / HTTP/1.0\r\n\r\n');
      await once(socket, 'data');
      socket.end();
      expect(await closed.promise).to.equal(false);
    } finally {
      socket.destroy();
      server.closeAllConnections();
      server.close();
    }
  });
});
