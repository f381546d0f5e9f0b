/** What clients of the memo API ask for all day. */
import { until } from '../../until.ts';
import type { Client, Memo } from '../harness/client.ts';
import type { Ask } from './traffic.ts';

export interface Requests {
  /** Reads of what the cache has, of what only the database has, and writes. */
  readonly kinds: Readonly<Record<'cached' | 'list' | 'write', Ask>>;
  /** Those of the memos so far whose write was acknowledged and that cannot be read. */
  lost(): Promise<readonly number[]>;
}

export async function usualRequests(client: Client): Promise<Requests> {
  const { id: read } = await client.create('읽히는 기록', '자주 읽는 메모');
  const written: number[] = [];
  return {
    kinds: {
      cached: async () => await client.call('GET', `/v1/memos/${read}`),
      list: async () => await client.call('GET', '/v1/memos/?limit=10'),
      write: async () => {
        const reply = await client.call('POST', '/v1/memos/', { title: '기록', content: '쓰는 동안' });
        if (reply.status === 201) written.push((reply.json as Memo).id);
        return reply;
      },
    },
    lost: async () => {
      const there = await Promise.all(written.map(async (id) => await isThere(client, id)));
      return written.filter((_, index) => !there[index]);
    },
  };
}

/** Whether a memo can be read; a refusal for the moment is no answer. */
async function isThere(client: Client, id: number): Promise<boolean> {
  const patience = { seconds: 30, hint: 'is the database there?', everyMilliseconds: 500 };
  const { status } = await until(
    `an answer for memo ${id}`,
    async () => {
      const reply = await client.call('GET', `/v1/memos/${id}`);
      return reply.status === 503 ? undefined : reply;
    },
    patience,
  );
  return status === 200;
}
