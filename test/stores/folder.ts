import { chownSync } from 'node:fs';
import { temporaryFolder } from '../cluster/host/temporary.ts';

/** A fresh folder for a store's data, owned by the store's user. */
export function dataFolder(kind: string, uid: number): string {
  const folder = temporaryFolder(kind);
  chownSync(folder, uid, uid);
  return folder;
}
