/** The table of docs/upgrades.md: which pods an upgrade of the operator replaces, with which release, and why. */

export interface Announcement {
  /** As the label `part` has it; of one sort of it alone with the sort behind it, as `events (several brokers)`. */
  readonly part: string;
  readonly release: string;
  readonly why: string;
}

const table = /^\| part \| with \| why \|\n\|[-|]+\n((?:\|.*\n)*)/m;

/** @throws Error where the page has no such table, or a row of another shape */
export function announcements(page: string): Announcement[] {
  const rows = table.exec(page)?.[1];
  if (rows === undefined) throw new Error('docs/upgrades.md has no table of the columns part, with and why');
  return rows.split('\n').slice(0, -1).map(announcement);
}

function announcement(row: string): Announcement {
  const [part = '', release = '', why = '', ...more] = row
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());
  if (more.length === 0 && [part, release, why].every((cell) => cell !== '')) return { part, release, why };
  throw new Error(`docs/upgrades.md: a row needs part, release and reason: ${row}`);
}

/**
 * Those that are about this upgrade. A row that was there before, word for word, is about an earlier one: it would let through
 * any later change of its part.
 * @param before the page of the commit before; undefined: it had none
 */
export function fresh(page: string, before: string | undefined): Announcement[] {
  const known = new Set(before === undefined ? [] : announcements(before).map(written));
  return announcements(page).filter((row) => !known.has(written(row)));
}

function written({ part, release, why }: Announcement): string {
  return [part, release, why].join('|');
}
