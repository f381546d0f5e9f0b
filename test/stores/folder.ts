// The stores' data folders, and those that a killed process left behind.
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identify } from '../cluster/host/identity.ts';

const NAME = /^memoapp-store-(\d+)-/;
let swept = false;

/** A fresh folder for a store's data, owned by the store's user. Its name carries our process id, for {@link sweep}. */
export function dataFolder(kind: string, uid: number): string {
  if (!swept) sweep();
  swept = true;
  const folder = mkdtempSync(join(tmpdir(), `memoapp-store-${process.pid}-${kind}-`));
  chownSync(folder, uid, uid);
  return folder;
}

/** Removes the folders of processes that are gone: kill -9 leaves nobody to do it. */
function sweep(): void {
  for (const entry of readdirSync(tmpdir())) {
    const owner = NAME.exec(entry)?.[1];
    if (owner !== undefined && identify(Number(owner)) === undefined)
      rmSync(join(tmpdir(), entry), { recursive: true, force: true });
  }
}
