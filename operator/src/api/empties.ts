/** Empty words of an admin, which say nothing. */

/**
 * The value without empty lists, strings and sets of labels. The API server drops them from objects of its own kinds, and what
 * is applied with them would never be found as it was applied. An empty struct it keeps: a selector without a word selects
 * everything. Labels are kept as they are: an empty value is a value.
 */
export function withoutEmpties<T>(value: T): T {
  return stripped(value) as T;
}

function stripped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stripped);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([name, member]) => !isEmpty(name, member));
  return Object.fromEntries(members.map(([name, member]) => [name, name === labels ? member : stripped(member)]));
}

const labels = 'matchLabels';

function isEmpty(name: string, member: unknown): boolean {
  if (member === '') return true;
  if (Array.isArray(member)) return member.length === 0;
  return name === labels && typeof member === 'object' && member !== null && Object.keys(member).length === 0;
}
