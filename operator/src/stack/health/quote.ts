/** Words of others in a message of ours: what somebody else says at length is cut where a line of a terminal ends anyway. */

const longest = 400;

/** On one line, of at most 400 characters. */
export function quoted(words: string): string {
  const line = words.replaceAll(/\s+/g, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1).trimEnd()}…`;
}
