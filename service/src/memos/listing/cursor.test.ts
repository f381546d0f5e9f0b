import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { NEWEST_FIRST } from './order.ts';

const SCOPE = 'a list';

/** A cursor as anybody can make it who reads its source. */
function forged(body: string): string {
  const seal = createHash('sha256').update(SCOPE).update('\0').update(body).digest().subarray(0, 9);
  return Buffer.concat([Buffer.of(1), seal, Buffer.from(body)]).toString('base64url');
}

describe('a cursor', () => {
  it('leads back to where it was made', () => {
    expect(decodeCursor(SCOPE, NEWEST_FIRST, encodeCursor(SCOPE, [7]))).to.deep.equal([7]);
    expect(decodeCursor(SCOPE, NEWEST_FIRST, forged('[7]')), 'the forger of this test knows how').to.deep.equal([7]);
    expect(decodeCursor('another', NEWEST_FIRST, encodeCursor(SCOPE, [7]))).to.equal(undefined);
  });

  it('that is forged is refused as any other that is wrong, whatever it holds', () => {
    for (const body of ['', '[', '{}', 'null', '[1,2]', '["1"]', '[1e99]', '['.repeat(20_000), '\0']) {
      expect(decodeCursor(SCOPE, NEWEST_FIRST, forged(body)), body.slice(0, 9)).to.equal(undefined);
    }
  });
});
