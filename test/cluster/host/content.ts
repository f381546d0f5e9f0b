import { readFileSync } from 'node:fs';

/** Of a file. Empty: there is none, or it went while we looked, as those of a process in /proc do. */
export function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
