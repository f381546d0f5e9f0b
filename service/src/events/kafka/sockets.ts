/**
 * The sockets of one client of Kafka, with the two things that kafkajs can't do: nothing leaves them after a given moment, and
 * they can be cut. A send that was given up would else go on when a broker answers at last, or when this process wakes up.
 */
import { connect, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import type { ISocketFactory, ISocketFactoryArgs } from 'kafkajs';

const KEEP_ALIVE_MS = 60_000;

export class KafkaSockets {
  /** Each with what kafkajs sees of it. */
  readonly #open = new Map<Socket, Socket>();
  #until = Infinity;

  /** Nothing is written from then on, in milliseconds of `performance.now()`. */
  set until(moment: number) {
    this.#until = moment;
  }

  readonly factory: ISocketFactory = (wanted) => {
    if (this.#late) throw new Error('too late to connect');
    const plain = connect({ host: wanted.host, port: wanted.port });
    plain.setKeepAlive(true, KEEP_ALIVE_MS);
    const socket = secured(plain, wanted);
    this.#open.set(plain, socket);
    plain.once('close', () => this.#open.delete(plain));
    this.#guard(socket);
    return socket;
  };

  /** For good. By a reset: the system drops what it has not delivered, where it would try on after an orderly end. */
  cut(): void {
    this.#until = -Infinity;
    for (const [plain, socket] of this.#open) {
      // One that is being ended owes nothing, and must not be reset: Node would lose it, and keep the process for it.
      if (socket.writableEnded) {
        socket.destroy();
        continue;
      }
      plain.resetAndDestroy();
      // A reset of our own is no error to Node, and kafkajs would keep its timers for a connection that is just gone.
      socket.emit('error', new Error('cut off'));
    }
  }

  get #late(): boolean {
    return performance.now() >= this.#until;
  }

  /** Looks at the clock when the bytes are about to be handed to the system: no pause before that goes unseen. */
  #guard(socket: Socket): void {
    const write = socket.write.bind(socket);
    type Done = Parameters<typeof write>[2];
    socket.write = (data: string | Uint8Array, encoding?: BufferEncoding | Done, done?: Done): boolean => {
      if (this.#late) {
        socket.destroy(new Error('too late to send'));
        return false;
      }
      return typeof encoding === 'function' ? write(data, undefined, encoding) : write(data, encoding, done);
    };
  }
}

/** With TLS on top of it, where that is asked for. */
export function secured(plain: Socket, { host, ssl, onConnect }: ISocketFactoryArgs): Socket {
  // Null without TLS, whatever kafkajs' types say.
  const options = ssl as ISocketFactoryArgs['ssl'] | null;
  if (!options) return plain.once('connect', onConnect);
  const name = { host, ...(isIP(host) === 0 && { servername: host }) };
  return connectSecurely({ ...name, ...options, socket: plain }, onConnect);
}
