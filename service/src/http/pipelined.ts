/** Replies that wait behind another one on their connection (pipelining, RFC 9112 section 9.3.2). */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { ClientGone } from './reply.ts';

/** Waits until the reply is the next one to be sent. @throws ClientGone where the connection is gone before */
export async function whenNext(response: ServerResponse): Promise<void> {
  if (response.socket !== null) return;
  if (!response.destroyed) await Promise.race([once(response, 'socket'), once(response, 'close')]);
  if (response.destroyed) throw new ClientGone();
}
