/** The changes of memos as server-sent events (WHATWG HTML, section 9.2). */
import type { Request, Response } from 'express';
import { ClientGone, startReply, write } from '../http/reply.ts';
import type { ChangeFeed, Portion } from './feed.ts';

export interface StreamOptions {
  readonly feed: ChangeFeed;
  /** Aborted when the process stops: streams end, and their clients come back to another replica. */
  readonly stop: AbortSignal;
  readonly now: () => Date;
  /** Milliseconds without a change after which a comment shows that the stream lives. */
  readonly heartbeatMs?: number;
  /** Milliseconds after which a client that takes nothing is cut off. */
  readonly stalledMs: number;
}

/** Below the idle limit of any proxy. */
const HEARTBEAT_MS = 15_000;
/** How long a client waits before it comes back. */
const RETRY_MS = 2_000;
export const EVENT_STREAM = 'text/event-stream';

const HEADERS = {
  'Content-Type': EVENT_STREAM,
  'Cache-Control': 'no-store',
  // After a stream there is nothing to keep the connection for, and a process that stops would wait for it.
  Connection: 'close',
  // For nginx, which gathers replies before it passes them on.
  'X-Accel-Buffering': 'no',
} as const;

/** Streams until the client leaves, its token expires or the process stops. @throws Problem before the stream has begun */
export async function streamChanges(
  { feed, now, stop, heartbeatMs = HEARTBEAT_MS, stalledMs }: StreamOptions,
  request: Request,
  response: Response,
): Promise<void> {
  if (request.method === 'HEAD') {
    startReply(response, 200, HEADERS).end();
    return;
  }
  const stream = await feed.open(request.get('last-event-id'));
  const gone = new AbortController();
  if (response.destroyed) gone.abort();
  else response.once('close', () => gone.abort());
  const over = AbortSignal.any([stop, gone.signal]);
  const { tokenUntil = Infinity }: Express.Locals = response.locals;
  const left = (): number => tokenUntil - now().getTime();
  try {
    startReply(response, 200, HEADERS);
    await write(response, `retry: ${RETRY_MS}\n\n`, stalledMs);
    while (!over.aborted && left() > 0) {
      const text = textOf(await stream.next(Math.min(heartbeatMs, left()), over));
      if (!gone.signal.aborted) await write(response, text, stalledMs);
    }
    response.end();
  } catch (error) {
    // A client that finds its stream cut comes back with the last id that it saw.
    response.destroy();
    if (!(error instanceof ClientGone)) throw error;
  } finally {
    stream.close();
  }
}

function textOf(portion: Portion): string {
  if ('resetTo' in portion) {
    const data = 'Changes before this one are not kept any more: read the memos again, then go on from here.';
    return `id: ${portion.resetTo}\nevent: reset\ndata: ${JSON.stringify({ detail: data })}\n\n`;
  }
  if (portion.changes.length === 0) return ':\n\n';
  // The payload is JSON on one line.
  return portion.changes.map(({ seq, type, payload }) => `id: ${seq}\nevent: ${type}\ndata: ${payload}\n\n`).join('');
}
