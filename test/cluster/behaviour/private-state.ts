/** Gives a test file a state folder of its own: its sweeping never meets the clusters of the person at the machine. */
import { rmSync } from 'node:fs';
import { temporaryFolder } from '../host/temporary.ts';

/** Call it inside `describe`. */
export function usePrivateState(): void {
  const previous = process.env['MEMOAPP_STATE'];
  let folder = '';
  before(() => {
    folder = temporaryFolder('state');
    process.env['MEMOAPP_STATE'] = folder;
  });
  after(() => {
    if (previous === undefined) delete process.env['MEMOAPP_STATE'];
    else process.env['MEMOAPP_STATE'] = previous;
    rmSync(folder, { recursive: true, force: true });
  });
}
