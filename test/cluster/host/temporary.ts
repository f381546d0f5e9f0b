/** Folders for a while. Their names say whose they are, so that those of a process that was killed can be told and removed. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { identify } from './identity.ts';

const NAME = /^memoapp-(\d+)-/;
let swept = false;

/** A fresh folder, which whoever asks for it removes. @param kind a word of its name */
export function temporaryFolder(kind: string): string {
  if (!swept) sweepTemporaryFolders();
  swept = true;
  return mkdtempSync(join(tmpdir(), `memoapp-${process.pid}-${kind}-`));
}

/** Removes the folders of processes that are gone: kill -9 leaves nobody to do it. @returns how many there were */
export function sweepTemporaryFolders(): number {
  const left = readdirSync(tmpdir()).filter((entry) => {
    const owner = NAME.exec(entry)?.[1];
    return owner !== undefined && identify(Number(owner)) === undefined;
  });
  for (const entry of left) rmSync(join(tmpdir(), entry), { recursive: true, force: true });
  return left.length;
}
