/** How ioredis gets its socket: from here, because a socket of its own making can end the process. */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, type RedisOptions } from 'ioredis';

/**
 * Connects to one server, as ioredis' own connector does. That one listens for a single error of a socket, and a socket
 * whose TLS is cut off in the middle may have two: the certificate is not trusted, and then the server says in an alert that
 * it did not understand the end. So here is one listener that stays.
 */
export class ListeningConnector extends AbstractConnector {
  readonly #options: RedisOptions;

  /** @param options what the client was made with, its URL included */
  constructor(options: unknown) {
    const known = options as RedisOptions;
    super(known.disconnectTimeout ?? 0);
    this.#options = known;
  }

  override connect(): Promise<Socket> {
    const { family = 0, host = 'localhost', port = 6379, tls } = this.#options;
    const server = { family, host, port };
    this.connecting = true;
    const socket = tls ? connectTls({ ...server, ...tls }) : connect(server);
    socket.on('error', (error) => (this.firstError ??= error));
    this.stream = socket;
    return Promise.resolve(socket);
  }
}
