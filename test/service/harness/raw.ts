/** HTTP as bytes, for what no client would send. */
import { connect } from 'node:net';

/** Sends bytes on a connection of their own and gives back all that is answered until it closes. */
export async function exchange(port: number, bytes: string | Buffer, limitMs = 15_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    let answer = '';
    const timer = setTimeout(() => socket.destroy(new Error(`no end after ${limitMs} ms: ${answer}`)), limitMs);
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    socket.once('error', reject);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(answer);
    });
    socket.write(bytes);
  });
}
