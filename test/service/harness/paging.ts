/** Follows the Link headers of lists as a client does. */
import type { Reply, Service } from './service.ts';

/** A memo as the service answers it. */
export interface MemoReply {
  readonly id: number;
  readonly title: string;
  readonly content: string;
  readonly tags: readonly string[];
  readonly priority: number;
  readonly category: string | null;
  readonly is_archived: boolean;
  readonly is_favorite: boolean;
  readonly author: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly deleted_at?: string;
}

/** The target of `rel="next"`; undefined on the last page. */
export function nextOf({ headers }: Reply): string | undefined {
  return /^<([^>]*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
}

/** Every page from this path on. @param between runs before each page but the first */
export async function walk(
  service: Service,
  path: string,
  between: () => Promise<void> = () => Promise.resolve(),
): Promise<MemoReply[][]> {
  const pages: MemoReply[][] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    if (pages.length > 0) await between();
    const reply: Reply = await service.call('GET', next);
    if (reply.status !== 200) throw new Error(`${next} was answered ${reply.status}: ${reply.text}`);
    pages.push(reply.json as MemoReply[]);
    next = nextOf(reply);
  }
  return pages;
}
