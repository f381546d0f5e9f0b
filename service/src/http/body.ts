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
  if (!json || (encoding !== undefined && encoding.toLowerCase() !== 'identity')) throw tooMuchToRead('not-json');
}

/** The rest of the body is not worth reading: the connection ends with the reply. */
function tooMuchToRead(code: 'not-json' | 'body-too-large'): Problem {
  return new Problem(code, { headers: { Connection: 'close' } });
}

async function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooMuchToRead('body-too-large');
  return new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > limit) {
        request.pause();
        reject(tooMuchToRead('body-too-large'));
      } else {
        chunks.push(chunk);
      }
    });
    request.once('end', () => resolve(Buffer.concat(chunks, length)));
    // The client went away in the middle; nobody will read the answer.
    request.once('aborted', () => reject(new Problem('bad-request')));
    request.once('error', reject);
  });
}
