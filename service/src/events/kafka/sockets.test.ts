import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { expect } from 'chai';
import type { ISocketFactoryArgs } from 'kafkajs';
import { KafkaSockets } from './sockets.ts';

describe('the sockets of a client of Kafka', () => {
  let server: Server;
  let sockets: KafkaSockets;
  let socket: Socket;
  let peer: Socket;
  let errors: string[];
  let received: string;

  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    sockets = new KafkaSockets();
    [errors, received] = [[], ''];
    const accepted = once(server, 'connection');
    socket = sockets.factory(wanted());
    socket.on('error', (error) => errors.push(error.message));
    await once(socket, 'connect');
    [peer] = (await accepted) as [Socket];
    peer.on('data', (data: Buffer) => (received += data.toString()));
  });

  afterEach(() => {
    peer.destroy();
    server.close();
  });

  /** As kafkajs asks for one without TLS: its types know no such thing. */
  function wanted(): ISocketFactoryArgs {
    const { port } = server.address() as AddressInfo;
    return { host: '127.0.0.1', port, ssl: null as unknown as ISocketFactoryArgs['ssl'], onConnect: () => undefined };
  }

  it('send until the moment that was set, and close instead of sending later', async () => {
    sockets.until = performance.now() + 60_000;
    socket.write('in time');
    await once(peer, 'data');
    sockets.until = performance.now();
    socket.write('late');
    await once(peer, 'close');
    expect(received).to.equal('in time');
    expect(errors).to.deep.equal(['too late to send']);
  });

  it('are reset when they are cut, and tell kafkajs', async () => {
    sockets.cut();
    const [error] = (await once(peer, 'error')) as [Error];
    expect(error.message).to.equal('read ECONNRESET');
    expect(errors).to.deep.equal(['cut off']);
    expect(() => sockets.factory(wanted())).to.throw('too late to connect');
  });

  it('are closed when they are cut while they are being ended', async () => {
    socket.end();
    sockets.cut();
    await once(peer, 'close');
    expect(errors).to.deep.equal([]);
  });
});
