/** Reads a JSON body as strictly as the contract asks: type, size, UTF-8, then JSON. */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { Problem, invalid } from './problem.ts';

/** The largest body that can hold content of this many bytes: JSON may write one byte as six (`\u0001`), plus the rest of a memo. */
export function bodyLimit(maxContentBytes: number): number {
  return 6 * maxContentBytes + 262_144;
}

/**
 * The JSON value of the request's body.
 * @throws Problem not-json (415), body-too-large (413), not-utf8 (400), invalid (422)
 */
export async function readJson(request: IncomingMessage, limit: number): Promise<unknown> {
  checkType(request);
  const bytes = await readBytes(request, limit);
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

function checkType(request: IncomingMessage): void {
  const encoding = request.headers['content-encoding'];
  const type = request.headers['content-type'];
  const json = type === undefined || /^\s*application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type);
  if (!json || (encoding !== undefined && encoding.toLowerCase() !== 'identity')) throw unread('not-json');
}

/** What is left of the body is not read as a request: the connection ends with the reply. */
function unread(code: 'not-json' | 'body-too-large'): Problem {
  return new Problem(code, { headers: { Connection: 'close' } });
}

/** A client that is still sending when its connection is closed never sees the reply: so much is taken and thrown away first. */
const LINGER = { bytes: 134_217_728, ms: 3_000 } as const;

async function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise<Buffer>((resolve, reject) => {
    let chunks: Buffer[] = [];
    let length = 0;
    let linger: NodeJS.Timeout | undefined;
    const tooLarge = (): void => {
      clearTimeout(linger);
      request.off('data', take);
      reject(unread('body-too-large'));
    };
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
    request.once('end', () => (length > limit ? tooLarge() : resolve(Buffer.concat(chunks, length))));
    // The client went away in the middle; nobody will read the answer.
    request.once('close', () => {
      clearTimeout(linger);
      reject(new Problem('bad-request'));
    });
    request.once('error', reject);
  });
}
