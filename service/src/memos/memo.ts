/** A memo, as the service handles it and as it goes over the wire. */

/** What a client sends; `null` tags have become none. */
export interface MemoFields {
  readonly title: string;
  readonly content: string;
  readonly tags: readonly string[];
  readonly priority: number;
  readonly category: string | null;
  readonly is_archived: boolean;
  readonly is_favorite: boolean;
  readonly author: string | null;
}

/** Any subset of the fields, at least one. */
export type MemoChanges = Partial<MemoFields>;

/** A stored memo. Times are RFC 3339 in UTC with milliseconds. */
export interface Memo extends MemoFields {
  readonly id: number;
  readonly created_at: string;
  readonly updated_at: string;
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
