/** Reads a JSON body as strictly as the contract asks: type, size, UTF-8, then JSON. */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { Problem, invalid } from '../errors/problem.ts';
import { ClientGone } from '../reply.ts';

/** The largest body that can hold content of this many bytes: JSON may write one byte as six (`\u0001`), plus the rest of a memo. */
export function bodyLimit(maxContentBytes: number): number {
  return 6 * maxContentBytes + 262_144;
}

/** What counts as JSON; a body without a type does too. */
export const JSON_TYPES = /^\s*application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;
/** Not `application/json-patch+json`: a list of operations is no merge patch. */
export const MERGE_PATCH_TYPES = /^\s*application\/(?:merge-patch\+)?json\s*(?:;|$)/i;
/** RFC 5789 section 3.1. */
export const MERGE_PATCH_ACCEPTED = { 'Accept-Patch': 'application/merge-patch+json, application/json' } as const;

/** What a body may be. */
export interface BodyBounds {
  readonly types: RegExp;
  readonly bytes: number;
  /** It is held in memory as a whole and has to be there in so many milliseconds. */
  readonly ms: number;
}

/**
 * The JSON value of the request's body.
 * @throws Problem not-json (415), body-too-large (413), request-timeout (408), not-utf8 (400), invalid (422)
 * @throws ClientGone
 */
export async function readJson(request: IncomingMessage, bounds: BodyBounds): Promise<unknown> {
  checkType(request, bounds.types, 'not-json');
  const bytes = await readBytes(request, bounds);
  if (!isUtf8(bytes)) throw new Problem('not-utf8');
  if (bytes.length === 0) throw invalid({ loc: ['body'], code: 'missing' });
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''));
    return value;
  } catch {
    // SyntaxError, or RangeError for what is nested too deeply: the text cannot be read as JSON either way.
    throw invalid({ loc: ['body'], code: 'json_invalid' });
  }
}

/** @throws Problem the given one (415) when the body is of another type, or compressed */
export function checkType(request: IncomingMessage, types: RegExp, otherwise: 'not-json' | 'not-ndjson'): void {
  const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity';
  const type = request.headers['content-type'];
  if ((type !== undefined && !types.test(type)) || encoding !== 'identity') throw unread(otherwise);
}

/** What is left of the body is not read as a request: the connection ends with the reply. */
function unread(code: 'not-json' | 'not-ndjson' | 'body-too-large' | 'request-timeout'): Problem {
  return new Problem(code, { headers: { Connection: 'close' } });
}

/** A client that is still sending when its connection is closed never sees the reply: so much is taken and thrown away first. */
const LINGER = { bytes: 134_217_728, ms: 3_000 } as const;

/** Takes and throws away what is left of a body, for a while. */
export async function discardRest(request: IncomingMessage): Promise<void> {
  await new Promise<void>((resolve) => {
    let length = 0;
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, LINGER.ms);
    request.once('end', done).once('close', done).once('error', done);
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > LINGER.bytes) done();
    });
    request.resume();
  });
}

/**
 * Node throws away what comes of a body that nobody reads, however slowly it comes: after so long the connection ends.
 * @param ms from now
 */
export function limitRest(request: IncomingMessage, ms: number): void {
  const { socket } = request;
  const timer = setTimeout(() => socket.destroy(), ms);
  const done = (): void => {
    clearTimeout(timer);
    // The connection goes on, with other requests.
    socket.off('close', done);
  };
  request.once('end', done);
  socket.once('close', done);
}

async function readBytes(request: IncomingMessage, { bytes: limit, ms }: BodyBounds): Promise<Buffer> {
  return new Promise<Buffer>((resolve, reject) => {
    let chunks: Buffer[] = [];
    let length = 0;
    let linger: NodeJS.Timeout | undefined;
    const refuse = (code: 'body-too-large' | 'request-timeout'): void => {
      clearTimeout(linger);
      clearTimeout(late);
      request.off('data', take);
      reject(unread(code));
    };
    const tooLarge = (): void => refuse('body-too-large');
    const late = setTimeout(() => refuse('request-timeout'), ms);
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      if (length <= limit) {
        chunks.push(chunk);
        return;
      }
      chunks = [];
      linger ??= setTimeout(tooLarge, LINGER.ms);
      if (length > LINGER.bytes) tooLarge();
    };
    request.on('data', take);
    request.once('end', () => {
      clearTimeout(late);
      if (length > limit) tooLarge();
      else resolve(Buffer.concat(chunks, length));
    });
    const gone = (): void => {
      if (request.readableEnded) return;
      clearTimeout(linger);
      clearTimeout(late);
      reject(new ClientGone());
    };
    // The error of a request is that of its connection.
    request.once('close', gone).once('error', gone);
  });
}
