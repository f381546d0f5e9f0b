/** Two visitors behind the way in, one who writes a memo and one who reads the last one, a few times a second, all day. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Client, Memo } from '../../../test/e2e/harness/client.ts';
import type { Tally } from './record.ts';

/** The pace of each: the machine is the pods', and the autoscaler stays at rest. */
const MILLISECONDS_BETWEEN = 150;

interface Call {
  /** When it began, by `performance.now()`. */
  readonly at: number;
  readonly milliseconds: number;
  readonly outcome: 'answered' | 'refused' | 'missing' | 'wrong';
  /** Of a refusal. */
  readonly why: string;
}

type Outcome = Pick<Call, 'outcome' | 'why'>;

export class Trickle {
  readonly #client: Client;
  #reads: Call[] = [];
  #writes: Call[] = [];
  readonly #stopping = new AbortController();
  readonly #lanes: Promise<unknown>;
  #newest: Memo | undefined;
  #number = 0;

  constructor(client: Client) {
    this.#client = client;
    this.#lanes = Promise.all([
      this.#lane(
        async () => await this.#write(),
        (call) => this.#writes.push(call),
      ),
      this.#lane(
        async () => await this.#read(),
        (call) => this.#reads.push(call),
      ),
    ]);
  }

  /** What became of the calls that ended since the last time. */
  take(): { readonly reads: Tally; readonly writes: Tally } {
    const taken = { reads: tallyOf(this.#reads), writes: tallyOf(this.#writes) };
    [this.#reads, this.#writes] = [[], []];
    return taken;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#lanes;
  }

  async #lane(call: () => Promise<Outcome | undefined>, note: (call: Call) => void): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const at = performance.now();
      const outcome = await call().catch(refusal);
      if (outcome) note({ at, milliseconds: performance.now() - at, ...outcome });
      await pause(MILLISECONDS_BETWEEN);
    }
  }

  async #write(): Promise<Outcome> {
    this.#number += 1;
    const memo = { title: `기록 ${this.#number}`, content: '하루 동안' };
    const { json, status } = await this.#client.call('POST', '/v1/memos/', memo);
    if (status !== 201) return { outcome: 'refused', why: String(status) };
    this.#newest = json as Memo;
    return { outcome: 'answered', why: '' };
  }

  async #read(): Promise<Outcome | undefined> {
    const wanted = this.#newest;
    if (!wanted) return undefined;
    const { json, status } = await this.#client.call('GET', `/v1/memos/${wanted.id}`);
    if (status === 200) return { outcome: (json as Memo).title === wanted.title ? 'answered' : 'wrong', why: '' };
    // The API says so in JSON; a proxy without a route has words of its own.
    if (status === 404 && typeof json === 'object') return { outcome: 'missing', why: '' };
    return { outcome: 'refused', why: String(status) };
  }
}

function refusal(error: unknown): Outcome {
  const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return { outcome: 'refused', why };
}

function tallyOf(calls: readonly Call[]): Tally {
  const count = (outcome: Call['outcome']): number => calls.filter((call) => call.outcome === outcome).length;
  const refused = calls.filter(({ outcome }) => outcome === 'refused');
  const [first, last] = [refused[0], refused.at(-1)];
  return {
    asked: calls.length,
    refused: refused.length,
    missing: count('missing'),
    wrong: count('wrong'),
    refusedSeconds: first && last ? (last.at + last.milliseconds - first.at) / 1000 : 0,
    why: [...new Set(refused.map(({ why }) => why))],
    slowestSeconds: Math.max(0, ...calls.map(({ milliseconds }) => milliseconds)) / 1000,
  };
}
