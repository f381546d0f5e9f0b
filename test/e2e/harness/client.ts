/** A client of the memo API behind the Ingress: over loopback, with the Host header by which Traefik knows the app. */
import { Pool } from 'undici';

export interface Reply {
  readonly status: number;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body as JSON; undefined where there is none. */
  readonly json: unknown;
}

export interface Memo {
  readonly id: number;
  readonly title: string;
  readonly content: string;
}

export interface Client {
  call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<Reply>;
  /** @throws Error with the answer when the memo was not acknowledged */
  create(title: string, content: string): Promise<Memo>;
  /** @throws Error with the answer when the change was not acknowledged */
  edit(id: number, content: string): Promise<Memo>;
  /** @returns the memos that have the text in title or content */
  search(text: string): Promise<readonly Memo[]>;
  close(): Promise<void>;
}

/** Milliseconds a server may be silent. */
const SILENCE = 10_000;

/** @param connections the most that are open at a time; calls beyond that wait for their turn */
export function openClient(base: string, host: string, connections: number): Client {
  const pool = new Pool(base, { connections, connectTimeout: SILENCE, headersTimeout: SILENCE, bodyTimeout: SILENCE });
  const call: Client['call'] = async (method, path, body) => {
    const answer = await pool.request({
      method,
      path,
      headers: { host, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, json: parsed(text) };
  };
  const expected = async (status: number, ...request: Parameters<Client['call']>): Promise<unknown> => {
    const reply = await call(...request);
    if (reply.status === status) return reply.json;
    throw new Error(`${request[0]} ${request[1]} answered ${reply.status}: ${JSON.stringify(reply.json)}`);
  };
  return {
    call,
    create: async (title, content) => (await expected(201, 'POST', '/v1/memos/', { title, content })) as Memo,
    edit: async (id, content) => (await expected(200, 'PUT', `/v1/memos/${id}`, { content })) as Memo,
    search: async (text) => {
      const path = `/v1/memos/search/?q=${encodeURIComponent(text)}&limit=500`;
      return (await expected(200, 'GET', path)) as Memo[];
    },
    close: async () => await pool.destroy(),
  };
}

/** Traefik's own refusals are plain text. */
function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
