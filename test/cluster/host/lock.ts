/**
 * A lock between processes. The kernel's flock is held by a small child that waits on a pipe from us: whatever way we
 * end, kill -9 too, the pipe closes, the child ends and the lock is free. No lock can go stale.
 */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

import type { Log } from './progress.ts';

/**
 * Runs `work` while no other process holds the lock at `path`.
 * @param waiting is told once when the lock is not free at once.
 */
export async function withLock<T>(path: string, waiting: Log, work: () => Promise<T>): Promise<T> {
  const release = await acquire(path, waiting);
  try {
    return await work();
  } finally {
    await release();
  }
}

async function acquire(path: string, waiting: Log): Promise<() => Promise<void>> {
  mkdirSync(dirname(path), { recursive: true });
  const holder = spawn('flock', [path, 'sh', '-c', 'echo held; exec cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // A Ctrl-C at the terminal must not free the lock before we are done.
    detached: true,
  });
  const ended = new Promise<void>((resolve) => {
    holder.once('close', () => resolve());
    holder.once('error', () => resolve());
  });
  const notice = setTimeout(() => waiting(`waiting for another process that holds ${path}`), 500);
  try {
    await new Promise<void>((resolve, reject) => {
      holder.once('error', (cause) => reject(new Error(`flock (package util-linux) could not be started`, { cause })));
      holder.once('exit', (code) => reject(new Error(`flock on ${path} ended with ${String(code)}: is it writable?`)));
      holder.stdout.once('data', () => resolve());
    });
  } finally {
    clearTimeout(notice);
  }
  return async () => {
    holder.stdin.end();
    await ended;
  };
}
