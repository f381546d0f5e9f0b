/**
 * A client that is the only writer of its memos. Every change names the version that it is made on, so that of several that
 * were never answered at most one can have happened; creates are sent again under their key until they are answered.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { versionOf } from '../../../test/service/harness/service.ts';
import type { Reply } from '../../../test/service/harness/service.ts';
import type { Faults } from './faults.ts';
import type { Journal } from './journal.ts';
import type { SeededRandom } from './random.ts';
import type { Replica } from './stage.ts';

/** What its writer knows of a memo. */
export interface KnownMemo {
  readonly id: number;
  /** The newest version that was acknowledged, or seen. */
  version: number;
  title: string;
  state: 'there' | 'deleted';
  /** What changes on top of that version would have made, whose answer never came; undefined for a deletion. */
  readonly unanswered: Set<string | undefined>;
  /** The newest version that was acknowledged, and when. */
  acknowledged: { readonly version: number; readonly at: number };
}

export interface WriterOptions {
  readonly name: string;
  readonly replicas: readonly Replica[];
  readonly random: SeededRandom;
  readonly journal: Journal;
  readonly faults: Pick<Faults, 'redisWellSince'>;
}

const SHARES = { create: 0.15, read: 0.3, deletion: 0.05, patch: 0.5 };
/** A memo that is read again right after a change. */
const READ_BACK = 0.4;
/** How long clients wait before they ask again. */
const AGAIN_MS = { from: 30, to: 150 };
/** Later than by the longest time for which the relay's lock stays with one that stands still, no read may be outdated. */
const BEHIND_MS = 15_000;

export class Writer {
  readonly memos: KnownMemo[] = [];
  readonly #options: WriterOptions;
  #written = 0;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  async run(stop: AbortSignal): Promise<void> {
    const { random } = this.#options;
    while (!stop.aborted) {
      const there = this.memos.filter(({ state }) => state === 'there');
      if (there.length === 0 || random.chance(SHARES.create)) {
        await this.#create(stop);
        continue;
      }
      const memo = random.pick(there.slice(-20));
      if (random.chance(SHARES.read)) await this.#read(memo);
      else await this.#change(memo);
    }
  }

  async #create(stop: AbortSignal): Promise<void> {
    const { name, journal } = this.#options;
    const key = `${name}.${(this.#written += 1)}`;
    const body = { title: key, content: `${key} 메모`, author: key, tags: [key, '메모'] };
    while (!stop.aborted) {
      const reply = await this.#ask('POST', '/v1/memos/', body, { 'idempotency-key': key });
      if (reply?.status === 201) {
        const { id } = reply.json as { id: number };
        const acknowledged = { version: 1, at: performance.now() };
        this.memos.push({ id, version: 1, title: key, state: 'there', unanswered: new Set(), acknowledged });
        journal.acknowledged.push({ id, version: 1, title: key });
        return;
      }
      // 409: the first request under the key is still running.
      if (reply !== undefined && reply.status !== 409) this.#broken(`a create was answered ${said(reply)}`);
      await this.#pause();
    }
  }

  async #change(memo: KnownMemo): Promise<void> {
    const { random } = this.#options;
    const path = `/v1/memos/${memo.id}`;
    const condition = { 'if-match': `"${memo.id}-${memo.version}"` };
    const deletes = random.chance(SHARES.deletion);
    const title = deletes ? undefined : `${this.#options.name}.${(this.#written += 1)}`;
    const method = deletes ? 'DELETE' : random.chance(SHARES.patch) ? 'PATCH' : 'PUT';
    const reply = await this.#ask(
      method,
      path,
      title && { title, content: `${title} 고침`, tags: [title, '메모'] },
      condition,
    );
    if (reply === undefined) {
      memo.unanswered.add(title);
      await this.#pause();
    } else if (reply.status === 200 || reply.status === 204) {
      this.#acknowledged(memo, title, reply);
      if (random.chance(READ_BACK)) await this.#read(memo);
    } else if (reply.status === 412 && memo.unanswered.size > 0) {
      await this.#read(memo);
      await this.#pause();
    } else if (reply.status === 404) {
      this.#gone(memo);
    } else {
      this.#broken(`memo ${memo.id}: ${method} at ${memo.version} by its only writer was answered ${said(reply)}`);
      await this.#pause();
    }
  }

  #acknowledged(memo: KnownMemo, title: string | undefined, reply: Reply): void {
    const version = memo.version + 1;
    if (title !== undefined && versionOf(reply) !== version) {
      this.#broken(`memo ${memo.id}: ${said(reply)} is not ${version}`);
    }
    advance(memo, version, title);
    memo.acknowledged = { version, at: performance.now() };
    this.#options.journal.acknowledged.push({ id: memo.id, version, title });
  }

  async #read(memo: KnownMemo): Promise<void> {
    const { journal } = this.#options;
    const began = performance.now();
    const reply = await this.#ask('GET', `/v1/memos/${memo.id}`);
    if (reply === undefined) return;
    journal.reads += 1;
    if (reply.status === 404) {
      if (memo.state === 'there') this.#gone(memo);
      return;
    }
    const version = versionOf(reply);
    const { title } = reply.json as { title: string };
    if (version > memo.version) {
      if (version !== memo.version + 1 || !memo.unanswered.has(title))
        this.#broken(`memo ${memo.id}: ${said(reply)} was written by nobody`);
      advance(memo, version, title);
    } else if (version === memo.version && title !== memo.title) {
      this.#broken(`memo ${memo.id}: ${said(reply)} is not ${memo.title}`);
    }
    if (version < memo.acknowledged.version) this.#outdated(memo, version, began);
  }

  #outdated({ id, acknowledged }: KnownMemo, version: number, began: number): void {
    const { journal, faults } = this.#options;
    const ms = Math.round(began - acknowledged.at);
    const excused = began < faults.redisWellSince && ms < BEHIND_MS;
    const outdated = excused ? journal.behind : journal.stale;
    outdated.count += 1;
    outdated.longestMs = Math.max(outdated.longestMs, ms);
    if (!excused) this.#broken(`memo ${id}: read ${version} ${ms} ms after ${acknowledged.version} was acknowledged`);
  }

  #gone(memo: KnownMemo): void {
    if (!memo.unanswered.has(undefined)) this.#broken(`memo ${memo.id} is gone, and nobody deleted it`);
    advance(memo, memo.version + 1, undefined);
  }

  /** Undefined: not served. */
  async #ask(...request: Parameters<Replica['ask']>): Promise<Reply | undefined> {
    const { random, replicas, journal } = this.#options;
    const reply = await random.pick(replicas).ask(...request);
    if (reply !== undefined && reply.status !== 503) return reply;
    journal.unserved += 1;
    return undefined;
  }

  async #pause(): Promise<void> {
    await delay(this.#options.random.between(AGAIN_MS.from, AGAIN_MS.to));
  }

  #broken(line: string): void {
    this.#options.journal.broken.push(line);
  }
}

/** Whatever was made on the version before can't happen any more. */
function advance(memo: KnownMemo, version: number, title: string | undefined): void {
  memo.version = version;
  if (title === undefined) memo.state = 'deleted';
  else memo.title = title;
  memo.unanswered.clear();
}

function said({ status, headers, text }: Reply): string {
  return `${status} ${headers.get('etag') ?? ''} ${text}`;
}
