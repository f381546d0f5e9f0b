/** A memo, as the service handles it and as it goes over the wire. */

import type { z } from 'zod';
import type { memoReply } from './schemas.ts';

export type { MemoChanges, MemoFields } from './schemas.ts';

/** A stored memo. Times are RFC 3339 in UTC with milliseconds. */
export interface Memo extends Readonly<z.output<typeof memoReply>> {
  /** Raised by every write. Shown only in the ETag. */
  readonly version: number;
  /** When it went into the trash; only there. */
  readonly deleted_at?: string;
}

/** The reply body of a memo. Field by field, because it is the hottest code here: half the time of a stringify of the whole. */
export function memoJson(memo: Memo): string {
  return (
    `{"id":${memo.id},"title":${JSON.stringify(memo.title)},"content":${JSON.stringify(memo.content)}` +
    `,"tags":${memo.tags.length === 0 ? '[]' : JSON.stringify(memo.tags)},"priority":${memo.priority}` +
    `,"category":${memo.category === null ? 'null' : JSON.stringify(memo.category)}` +
    `,"is_archived":${memo.is_archived},"is_favorite":${memo.is_favorite}` +
    `,"author":${memo.author === null ? 'null' : JSON.stringify(memo.author)}` +
    `,"created_at":"${memo.created_at}","updated_at":"${memo.updated_at}"` +
    (memo.deleted_at === undefined ? '}' : `,"deleted_at":"${memo.deleted_at}"}`)
  );
}

/** The strong entity tag of one version of a memo (RFC 9110 section 8.8.3). */
export function entityTag(id: number, version: number): string {
  return `"${id}-${version}"`;
}
