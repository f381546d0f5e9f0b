/** Requests that Node's parser refuses before there is a request: answered as JSON like any other error. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorReply } from './errors.ts';
import { Problem } from './problem.ts';
import type { ProblemCode } from './problem.ts';
import { sendJson } from '../reply.ts';

const CODES: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** Answers 431, 408 and 400 on the bare socket, then closes it; and 417 to expectations that nobody here fulfils. */
export function answerRejected(server: Server): void {
  const underWay = new WeakMap<Duplex, ServerResponse>();
  server.on('request', (request, response) => underWay.set(request.socket, response));
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const { body, contentType, headers, status } = errorReply(new Problem('expectation-failed'), request.headers, '/');
    // What is left of the body is not read as a request.
    sendJson(response, status, body, { ...headers, Connection: 'close' }, contentType);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const reply = underWay.get(socket);
    if (!socket.writable || error.code === 'ECONNRESET' || (reply !== undefined && isAnswering(reply))) {
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

/** What is written to the socket now would be taken for a part of this reply, or for the whole of it. */
function isAnswering(reply: ServerResponse): boolean {
  return !reply.writableFinished && (reply.headersSent || reply.req.complete);
}
