/** Every reason that a condition can carry is seen on a cluster, in a row of the truth table or by a suite that is named here; or is named as one that is not. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { Reason } from '../../../operator/src/api/reasons.ts';
import { rows } from './rows.ts';

/** Where there is no row: below test/operator, a suite on a cluster that waits for a condition with the reason. */
const elsewhere: Readonly<Partial<Record<Reason, string>>> = {
  CredentialsKept: 'stack/external.test.ts',
  Observing: 'truth/truth.test.ts',
  Progressing: 'life/topic.test.ts',
  // A cluster either has the Gateway API or does not have it, and a row is about one that does not.
  RouteRefused: 'stack/gateway.test.ts',
  WaitingForAPI: 'stack/external.test.ts',
};

/** After minutes of silence, which no test waits for: by an injected clock in operator/src/reconcile/observe/store-health.test.ts. */
const byTheClock: readonly Reason[] = ['APISilent'];

describe('every documented reason', () => {
  it('is told in a row of the truth table, or waited for by a suite that is named, and not in vain', () => {
    const inRows = new Set<string>(
      Object.values(rows).flatMap(({ tells }) => Object.values(tells).map(([, reason]) => reason)),
    );
    const without = Object.keys(Reason).filter((reason) => !inRows.has(reason));
    expect(without).to.have.members([...Object.keys(elsewhere), ...byTheClock]);
  });

  for (const [reason, file] of Object.entries(elsewhere)) {
    it(`${reason} is waited for in ${file}`, () => {
      expect(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')).to.contain(`reason: '${reason}'`);
    });
  }
});
