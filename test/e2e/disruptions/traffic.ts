/** Requests at a steady pace, and what came of each kind of them. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Reply } from '../harness/client.ts';

export type Ask = () => Promise<Reply>;

/** What came of one kind of request. */
export interface Outcome {
  /** How often each status was answered; 0: a connection that broke, or ten seconds without an answer. */
  readonly answered: Readonly<Record<number, number>>;
  /** Refusals that do not say when to ask again. */
  readonly withoutRetryAfter: number;
  /** Seconds of the longest time in which no request succeeded, from the sending of the first that failed; 0 where none did. */
  readonly outage: number;
}

export interface Traffic {
  /** Resolves when the last request was answered. */
  stop(): Promise<Readonly<Record<string, Outcome>>>;
}

interface Answer {
  readonly status: number;
  readonly sent: number;
  readonly came: number;
  readonly retryAfter: boolean;
}

/** Some twenty requests a second of each kind: traffic, and no load that an autoscaler would act on. */
const MILLISECONDS_BETWEEN = 50;

export function startTraffic(kinds: Readonly<Record<string, Ask>>): Traffic {
  const stopping = new AbortController();
  const lanes = Object.entries(kinds).map(async ([name, ask]) => {
    const answers: Answer[] = [];
    while (!stopping.signal.aborted) {
      answers.push(await answerOf(ask));
      await pause(MILLISECONDS_BETWEEN);
    }
    return [name, outcomeOf(answers)] as const;
  });
  return {
    stop: async () => {
      stopping.abort();
      return Object.fromEntries(await Promise.all(lanes));
    },
  };
}

const broken: Reply = { status: 0, headers: {}, json: undefined };

async function answerOf(ask: Ask): Promise<Answer> {
  const sent = performance.now();
  const { headers, status } = await ask().catch(() => broken);
  return { status, sent, came: performance.now(), retryAfter: headers['retry-after'] !== undefined };
}

function outcomeOf(answers: readonly Answer[]): Outcome {
  const answered: Record<number, number> = {};
  let outage = 0;
  let since: number | undefined;
  for (const { came, sent, status } of answers) {
    answered[status] = (answered[status] ?? 0) + 1;
    if (isSuccess(status)) since = undefined;
    else since ??= sent;
    if (since !== undefined) outage = Math.max(outage, (came - since) / 1000);
  }
  const withoutRetryAfter = answers.filter(({ retryAfter, status }) => status === 503 && !retryAfter).length;
  return { answered, withoutRetryAfter, outage };
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}
