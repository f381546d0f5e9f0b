/** Replies as bytes: what is known of them is said in one write. */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Response } from 'express';
import type { Place } from './operations.ts';
import { memoJson } from '../memos/memo.ts';
import type { Memo } from '../memos/memo.ts';

/** A response of the API port, or of a server that keeps nothing beside it. */
export interface Reply extends ServerResponse {
  readonly locals?: Express.Locals;
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the way in which Express is told what a request keeps
  namespace Express {
    interface Locals {
      /** What every reply to the request says, whatever it answers. */
      common?: Readonly<Record<string, string>>;
      /** What the path names; undefined: nothing of the memos. */
      place?: Place | undefined;
      /** The path of the memos in the form that the client used: `/v1/memos`, `/api/memos`, ...; undefined for any other path. */
      memosPath?: string;
      /** Who asks, where tokens are asked for and name a subject. */
      subject?: string;
      /** The status of the error for which we cut the reply, where it had begun. */
      cutFor?: number;
      /** Where tokens are asked for: when that of the request is good no longer, in milliseconds since 1970. */
      tokenUntil?: number;
    }
  }
}

/** Adds to what the reply will say, whatever it answers. */
export function addCommon(response: Response, headers: Readonly<Record<string, string>>): void {
  const locals: Express.Locals = response.locals;
  locals.common = { ...locals.common, ...headers };
}

/**
 * Begins every reply: what is common to all goes out with what is its own. Node's `setHeader` keeps each header under two
 * names until then, which costs a read of a cached memo a twentieth; it is left to what few replies say.
 */
export function startReply<R extends Reply>(response: R, status: number, headers: OutgoingHttpHeaders = {}): R {
  return response.writeHead(status, { ...response.locals?.common, ...headers });
}

/**
 * Begins a reply whose length is not known. Node ends a connection of which the client closes its half, as any client does that
 * leaves; for one of HTTP/1.0 that would be the end of the reply.
 */
export function startStreamed(response: Reply, headers: OutgoingHttpHeaders): void {
  startReply(response, 200, headers);
  const halfClosed = (): void => cut(response);
  const watch = (socket: Socket): void => {
    // Before Node begins to end it: from then on it can be reset no more.
    socket.prependOnceListener('end', halfClosed);
    response.once('close', () => socket.off('end', halfClosed));
  };
  if (response.socket !== null) watch(response.socket);
  // In a pipeline, once it is its turn.
  else response.once('socket', watch);
}

export function sendJson(
  response: Reply,
  status: number,
  body: Buffer,
  headers: Readonly<Record<string, string>> = {},
  contentType = 'application/json',
): void {
  startReply(response, status, { 'Content-Type': contentType, 'Content-Length': body.length, ...headers });
  // Node leaves the body out of the answer to a HEAD by itself.
  response.end(body);
}

/** The client went away, or stopped reading, before it had the whole answer: maybe before it had sent the whole request. */
export class ClientGone extends Error {
  constructor() {
    super('the client took no more of the answer');
    this.name = 'ClientGone';
  }
}

/**
 * Sends memos as one bare array with flat memory: what fits into one portion as a whole, more in chunks.
 * The first portion is read before the status is sent, so that a database that is away is a 503; after that
 * the connection is cut: a client must never take a short answer for a whole one.
 * @param stalledMs as for {@link write}
 */
export async function sendMemos(response: Reply, portions: AsyncGenerator<Memo[]>, stalledMs: number): Promise<void> {
  const first = await portions.next();
  const second = first.done === true ? first : await portions.next();
  const head = first.done === true ? '' : json(first.value);
  if (second.done === true) {
    sendJson(response, 200, Buffer.from(`[${head}]`));
    return;
  }
  startStreamed(response, { 'Content-Type': 'application/json' });
  if (response.req.method === 'HEAD') {
    await portions.return(undefined);
    response.end();
    return;
  }
  await write(response, `[${head},${json(second.value)}`, stalledMs);
  for await (const portion of portions) await write(response, `,${json(portion)}`, stalledMs);
  response.end(']');
}

function json(memos: readonly Memo[]): string {
  return memos.map(memoJson).join();
}

/** Ends a reply that has begun by a reset: the end of a connection is, to a client of HTTP/1.0, that of the whole reply. */
export function cut(response: ServerResponse): void {
  if (response.socket !== null) reset(response.socket);
  response.destroy();
}

/** Resets a connection; closes it where its end is on the way: Node refuses to reset such a one, and would leave it open for ever. */
export function reset(socket: Socket): void {
  if (socket.writableEnded && socket.writableLength === 0) socket.destroy();
  else socket.resetAndDestroy();
}

/** Pieces are written in such slices: of a whole one it would not be seen that a slow client takes it. */
const SLICE_BYTES = 65_536;

/**
 * Waits for a slow client.
 * @param stalledMs a client that takes nothing for so long has gone, or holds memory on purpose
 * @throws ClientGone
 */
export async function write(response: ServerResponse, text: string, stalledMs: number): Promise<void> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    if (response.destroyed) throw new ClientGone();
    if (!response.write(bytes.subarray(at, at + SLICE_BYTES))) await drained(response, stalledMs);
  }
}

async function drained(response: ServerResponse, stalledMs: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const settle = (result: () => void): void => {
      clearTimeout(timer);
      response.off('drain', taken).off('close', gone);
      result();
    };
    const taken = (): void => settle(resolve);
    const gone = (): void => settle(() => reject(new ClientGone()));
    const timer = setTimeout(gone, stalledMs);
    response.once('drain', taken).once('close', gone);
  });
}
