/** The text of a memo with its search row, folded before anybody waits for it. */
import { atOnce, givingWay } from '../../waiting.ts';
import type { MemoFields } from '../memo.ts';
import { searchRow } from './search-text.ts';
import type { SearchRow } from './search-text.ts';

export type Text = Pick<MemoFields, 'title' | 'content'>;

export interface Folded extends Text {
  readonly search: SearchRow;
}

/** Code units that are folded within a transaction; more than this gives way to others, and nobody may wait for that. */
const SHORT = 16_384;

export async function folded({ title, content }: Text): Promise<Folded> {
  return { title, content, search: await givingWay(searchRow(title, content)) };
}

/** Undefined: it is long. */
export function foldedIfShort({ title, content }: Text): SearchRow | undefined {
  return content.length > SHORT ? undefined : atOnce(searchRow(title, content));
}

export function isSameText(one: Text, other: Text): boolean {
  return one.title === other.title && one.content === other.content;
}
