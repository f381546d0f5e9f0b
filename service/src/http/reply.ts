/** Replies as bytes: what is known of them is said in one write. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { memoJson, type Memo } from '../memos/memo.ts';

export function sendJson(
  response: ServerResponse,
  status: number,
  body: Buffer,
  headers: Readonly<Record<string, string>> = {},
  contentType = 'application/json',
): void {
  response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': body.length, ...headers });
  // Node leaves the body out of the answer to a HEAD by itself.
  response.end(body);
}

/**
 * Streams memos as one bare array with flat memory. The first portion is read before the status is sent, so that a database
 * that is away is a 503; after that the connection is cut: a client must never take a short answer for a whole one.
 */
export async function sendMemos(response: ServerResponse, portions: AsyncGenerator<Memo[]>): Promise<void> {
  const first = await portions.next();
  response.writeHead(200, { 'Content-Type': 'application/json' });
  try {
    response.write('[');
    if (!first.done) {
      await write(response, first.value.map(memoJson).join());
      for await (const portion of portions) await write(response, `,${portion.map(memoJson).join()}`);
    }
    response.end(']');
  } catch (error) {
    response.destroy();
    throw error;
  }
}

/** Waits for a slow client, and stops reading from the database when it has gone. */
async function write(response: ServerResponse, text: string): Promise<void> {
  if (response.destroyed) throw new Error('the client has gone');
  if (response.write(text)) return;
  await Promise.race([once(response, 'drain'), once(response, 'close')]);
}
