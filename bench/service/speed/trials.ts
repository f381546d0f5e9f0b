/** What is asked of the servers, and which of them can answer it. */
import { memoOf, QUERIES } from './corpus.ts';
import type { ContenderName } from './contender.ts';
import type { LoadRequest } from './load.ts';

export interface Trial {
  readonly name: string;
  readonly contenders: readonly ContenderName[];
  readonly connections: number;
  readonly requests: readonly LoadRequest[];
}

const HOT = 1_000;
const WRITES = 2_000;
const PAGE = 100;

/** @param deep cursor to where nine tenths of the memos are passed */
export function trialsOf(memos: number, deep: string): Trial[] {
  const hot = Array.from({ length: HOT }, (_, index) => memos - index);
  const written = Array.from({ length: WRITES }, (_, index) => memoOf(memos + index));
  return [
    {
      name: 'GET, cached',
      contenders: ['service', 'bare', 'fastify', 'express'],
      connections: 32,
      requests: hot.map((id) => ({ path: `/v1/memos/${id}` })),
    },
    alone('list, first page', 8, [{ path: `/v1/memos/?limit=${PAGE}` }]),
    alone('list, at nine tenths', 8, [{ path: `/v1/memos/?limit=${PAGE}&cursor=${deep}` }]),
    ...['-id', '-updated_at', 'title'].map((sort) => {
      const tags = QUERIES.frequent.map(encodeURIComponent);
      const requests = tags.map((tag) => ({ path: `/v1/memos/?limit=${PAGE}&tag=${tag}&sort=${sort}` }));
      return alone(`list of a tag, by ${sort}`, 8, requests);
    }),
    ...Object.entries(QUERIES).map(([kind, words]) => {
      const requests = words.map((word) => ({ path: `/v1/memos/search/?q=${encodeURIComponent(word)}` }));
      // One at a time: with more, a time would say how many wait for the database's only processor.
      return alone(`search, ${kind}`, 1, requests);
    }),
    {
      name: 'POST (bare: a plain INSERT)',
      contenders: ['service', 'bare'],
      connections: 32,
      requests: written.map((body) => ({ method: 'POST', path: '/v1/memos/', body })),
    },
    alone(
      'PUT',
      32,
      written.map(({ content }, index) => ({ method: 'PUT', path: `/v1/memos/${memos - index}`, body: { content } })),
    ),
  ];
}

function alone(name: string, connections: number, requests: readonly LoadRequest[]): Trial {
  return { name, contenders: ['service'], connections, requests };
}
