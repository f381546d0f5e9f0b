/** What nearly every change is made of: an edit of the file, and the same command. */
import type { Document } from 'yaml';

export const file = 'memo.yaml';
export const apply = [`kubectl apply -f ${file}`];
export const ready = { kind: 'ready' } as const;

/** Sets members by their paths, as `spec.state`. `undefined` takes one out. */
export function set(...members: readonly (readonly [path: string, value: unknown])[]): (document: Document) => void {
  return (document) => {
    for (const [path, value] of members) {
      const keys = path.split('.');
      if (value === undefined) document.deleteIn(keys);
      else document.setIn(keys, document.createNode(value));
    }
  };
}
