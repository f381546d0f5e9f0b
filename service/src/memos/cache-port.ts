/** What the memos ask of a cache. The implementation beside Redis is in `cache/`; without Redis every read loads. */

/** A reply body exactly as it goes over the wire, and the version it shows (for the ETag). */
export interface CachedMemo {
  readonly bytes: Buffer;
  readonly version: number;
}

export interface MemoCache {
  /**
   * The whole read path: a hit, or one `load` for all who ask at once, filled under a lease.
   * Trouble with Redis falls through to `load` within the cache's deadline; what `load` throws is thrown.
   */
  read(id: number, load: () => Promise<CachedMemo | undefined>): Promise<CachedMemo | undefined>;
  /** Call after the commit and before the acknowledgement. Resolves within the cache's deadline even when Redis is away. */
  invalidate(id: number): Promise<void>;
  /** Whether Redis answers, within the cache's deadline. */
  health(): Promise<boolean>;
  close(): Promise<void>;
}
