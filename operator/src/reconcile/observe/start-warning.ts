/** Which of the Events about a pod says what keeps its node from starting it: the cause, and in the same words for as long as it is one. */
import { timeOf, wordsOf, type Event } from './events-about.ts';

const begun = ['Pulling', 'Pulled', 'Created', 'Started'];
const mounted = ['FailedCreatePodSandBox', ...begun];

interface Obstacle {
  readonly is: (event: Event) => boolean;
  /** Reasons of Events that come only once it is out of the way. */
  readonly overBy: readonly string[];
}

/** The cause before its consequences: a volume that is not attached shows in a mount that times out too, every two minutes. */
const obstacles: readonly Obstacle[] = [
  { is: ({ reason }) => reason === 'FailedAttachVolume', overBy: ['SuccessfulAttachVolume', ...mounted] },
  { is: (event) => isMount(event) && !isSummary(event), overBy: mounted },
  { is: isMount, overBy: mounted },
  { is: ({ reason }) => reason === 'NetworkNotReady', overBy: mounted },
  { is: ({ reason }) => reason === 'FailedCreatePodSandBox', overBy: begun },
];

/** The kubelet tries a mount again after two minutes and two seconds at the latest: what it says no more is mended. */
const triedAgainWithin = 150_000;

/**
 * undefined: nothing is known to be wrong.
 * @param last what was found before: it is kept where only numbers in it are others now
 */
export function startWarning(events: readonly Event[], last: string | undefined): string | undefined {
  for (const { is, overBy } of obstacles) {
    const over = Math.max(...events.filter(({ reason = '' }) => overBy.includes(reason)).map(timeOf), -1);
    const stand = events.filter((event) => is(event) && timeOf(event) > over);
    const latest = Math.max(...stand.map(timeOf));
    // Of several volumes each is tried in turn: the one that is named is the same in every pass.
    const [words] = stand
      .filter((event) => latest - timeOf(event) < triedAgainWithin)
      .map(wordsOf)
      .toSorted((a, b) => (withoutNumbers(a) < withoutNumbers(b) ? -1 : 1));
    if (words === undefined) continue;
    return last !== undefined && withoutNumbers(words) === withoutNumbers(last) ? last : words;
  }
  return undefined;
}

function isMount({ reason }: Event): boolean {
  return reason === 'FailedMount';
}

/** It says that volumes are missing, and not why. */
function isSummary(event: Event): boolean {
  return wordsOf(event).startsWith('Unable to attach or mount volumes');
}

/** Ids of sandboxes, ports and times are others with each attempt. */
function withoutNumbers(words: string): string {
  return words.replaceAll(/[0-9a-f-]{8,}|\d+/g, '');
}
