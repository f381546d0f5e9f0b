/** What an account may do, as `kubectl auth can-i --list` tells it. */

/** Its rows in an order of their own, and the verbs of each: several roles add theirs in whichever order they are found. */
export function rightsOf(listed: string): string[] {
  return listed
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter((line) => line !== '')
    .map((line) => line.replace(/[^[]*(?=\]$)/, (verbs) => verbs.split(' ').toSorted().join(' ')))
    .toSorted();
}
