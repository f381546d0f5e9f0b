/** Which failed calls may be sent again, and when. */
import type { Clock, Random } from '../clock.ts';
import { pause } from '../clock.ts';
import { ApiError } from './error.ts';

export interface RetryOptions {
  /** Whether sending twice does no more than sending once: reads, server-side apply, deletes by uid. */
  idempotent: boolean;
  clock: Clock;
  random: Random;
  signal: AbortSignal;
  /** Milliseconds left for the whole call. */
  left: () => number;
}

const attempts = 4;
const transient = [0, 429, 500, 502, 503, 504];

/** Calls `send` up to four times, with full jitter or what `Retry-After` asks for between. */
export async function withRetries<T>(options: RetryOptions, send: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      if (attempt === attempts || !mayRepeat(error, options.idempotent)) throw error;
      const wait = options.random() * Math.min(5_000, 100 * 4 ** attempt) + (error.retryAfter ?? 0);
      // Better to tell the caller now than to hold it until its deadline.
      if (wait >= options.left()) throw error;
      await pause(options.clock, wait, options.signal);
      if (options.signal.aborted) throw error;
    }
  }
}

function mayRepeat(error: unknown, idempotent: boolean): error is ApiError {
  if (!(error instanceof ApiError)) return false;
  // Turned away unread (priority and fairness) or never connected: nothing has happened on the server.
  if (error.code === 429 || error.reason === 'ConnectionRefused') return true;
  return idempotent && error.reason !== 'Aborted' && transient.includes(error.code);
}
