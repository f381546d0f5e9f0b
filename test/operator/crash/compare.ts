/** What is different in a life in which the operator was struck. */
import type { StageOutcome } from './life.ts';

export interface Difference {
  readonly stage: string;
  readonly what: string;
}

/** None: every stage came to rest in the same state, and the data of the first is that of the last. */
export function differences(undisturbed: readonly StageOutcome[], struck: readonly StageOutcome[]): Difference[] {
  return [...otherStates(undisturbed, struck), ...lostData(struck)];
}

function otherStates(undisturbed: readonly StageOutcome[], struck: readonly StageOutcome[]): Difference[] {
  return undisturbed.flatMap(({ stage, state }, index) =>
    otherObjects(state.objects, struck[index]?.state.objects ?? []).map((what) => ({ stage, what })),
  );
}

/** A line for each object of one state that the other has not, or has not like this. */
export function otherObjects(expected: readonly string[], found: readonly string[]): string[] {
  return [
    ...expected.filter((object) => !found.includes(object)).map((object) => `expected: ${object}`),
    ...found.filter((object) => !expected.includes(object)).map((object) => `found:    ${object}`),
  ];
}

/** Volumes and their passwords are the same from the first stage to the last, the MemoApp's deletion in between. */
function lostData(struck: readonly StageOutcome[]): Difference[] {
  const first = struck[0]?.state.kept ?? {};
  return struck.flatMap(({ stage, state }) =>
    Object.entries(first)
      .filter(([name, identity]) => state.kept[name] !== identity)
      .map(([name]) => ({ stage, what: `${name} is not the one it was` })),
  );
}
