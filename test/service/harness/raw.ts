/** HTTP as bytes, for what no client would send. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';

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

/** Takes what has come and comes. @returns how it ended */
export async function endOf(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(String(code)));
    socket.once('end', () => resolve('in good order'));
    socket.resume();
  });
}

/** Sends bytes on a connection of their own and takes 64 KiB of the answer every 15 ms. @returns its length, once it has ended */
export async function sip(port: number, bytes: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    const sips = setInterval(() => socket.resume(), 15);
    let length = 0;
    socket.on('data', (piece: Buffer) => {
      length += piece.length;
      socket.pause();
    });
    socket.once('error', reject);
    socket.once('close', () => {
      clearInterval(sips);
      resolve(length);
    });
    socket.write(bytes);
  });
}

/** Sends a head, and then byte after byte for as long as the connection lasts. @returns what was answered */
export async function trickle(port: number, head: string, limitMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    let answer = '';
    const bytes = setInterval(() => socket.write('x'), 100);
    const timer = setTimeout(() => socket.destroy(new Error(`no end after ${limitMs} ms: ${answer}`)), limitMs);
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.once('close', () => {
      clearInterval(bytes);
      clearTimeout(timer);
      resolve(answer);
    });
    socket.write(head);
  });
}

/** Sends a head, and then the same piece for as long as the connection takes it. @returns the answer, and the bytes that went out */
export async function pour(
  port: number,
  head: string,
  piece: Buffer,
  limitMs = 15_000,
): Promise<{ answer: string; sent: number }> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    let answer = '';
    const timer = setTimeout(() => socket.destroy(new Error(`no end after ${limitMs} ms: ${answer}`)), limitMs);
    const write = (): void => {
      while (socket.writable && socket.write(piece));
    };
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    socket.on('drain', write);
    // Who is cut off in the middle of sending is told so by the system, in one way or another.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.once('close', () => {
      clearTimeout(timer);
      resolve({ answer, sent: socket.bytesWritten });
    });
    socket.write(head);
    write();
  });
}
