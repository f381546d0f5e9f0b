// One question per kind of store that only a serving one answers.
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Sends `question` (or nothing) to a loopback port and resolves with the first bytes of the answer, undefined when none come. */
export function ask(port: number, question: Buffer | undefined, deadline = 500): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const finish = (answer: Buffer | undefined): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(deadline, () => finish(undefined));
    socket.once('error', () => finish(undefined));
    socket.once('close', () => finish(undefined));
    socket.once('data', (data: Buffer) => finish(data));
    if (question !== undefined) socket.write(question);
  });
}

/** MariaDB speaks first, once it takes connections (its init file has run by then): a handshake packet of protocol 10. */
export async function mariadbServes(port: number): Promise<boolean> {
  const greeting = await ask(port, undefined);
  return greeting?.[4] === 10;
}

/** Redis answers an inline PING, also when it asks for a password first. */
export async function redisServes(port: number): Promise<boolean> {
  const answer = (await ask(port, Buffer.from('PING\r\n')))?.toString('latin1') ?? '';
  return answer.startsWith('+PONG') || answer.startsWith('-NOAUTH');
}

/** Whether somebody shakes hands in TLS. */
export function tlsServes(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, timeout: 500 });
    const finish = (serves: boolean): void => {
      socket.destroy();
      resolve(serves);
    };
    socket.once('timeout', () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('secureConnect', () => finish(true));
  });
}

/** ZooKeeper's four-letter word. */
export async function zooKeeperServes(port: number): Promise<boolean> {
  return (await ask(port, Buffer.from('srvr')))?.toString('latin1').includes('Mode:') ?? false;
}

/** A Kafka broker answers ApiVersions once it takes part in its cluster; until then it leaves requests waiting. */
export async function kafkaServes(port: number): Promise<boolean> {
  const request = Buffer.from('0000000a00120000000000010000', 'hex');
  request.writeInt16BE(-1, request.length - 2); // no client id
  const answer = await ask(port, request, 1000);
  return answer !== undefined && answer.length >= 10 && answer.readInt16BE(8) === 0;
}
