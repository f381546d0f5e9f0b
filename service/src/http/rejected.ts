/** Requests that Node's parser refuses before there is a request: answered as JSON like any other error. */
import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorReply } from './errors.ts';
import { Problem } from './problem.ts';
import type { ProblemCode } from './problem.ts';

const CODES: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** Answers 431, 408 and 400 on the bare socket, then closes it. */
export function answerRejected(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const { body, contentType, status } = errorReply(new Problem(CODES[error.code ?? ''] ?? 'bad-request'), {}, '/');
    socket.end(
      `HTTP/1.1 ${status} ${REASONS[status] ?? 'Bad Request'}\r\nContent-Type: ${contentType}\r\n` +
        `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body.toString()}`,
    );
  });
}
