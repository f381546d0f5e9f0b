/** Folders that go with this process. */
import { rmSync } from 'node:fs';
import process from 'node:process';

const folders = new Set<string>();

/** The folder goes when this process exits. A killed one leaves it: whoever makes such folders sweeps those of the dead. */
export function removeAtExit(folder: string): void {
  if (folders.size === 0) listen();
  folders.add(folder);
}

function listen(): void {
  process.once('exit', () => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  // Without a listener these end the process before it can say goodbye, as a second one would: mocha passes on what a
  // terminal has sent to all.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));
}
