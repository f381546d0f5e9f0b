import { expect } from 'chai';
import { traceOf } from './trace.ts';

const id = '4bf92f3577b34da6a3ce929d0e0e4736';
const good = `00-${id}-00f067aa0ba902b7-01`;

describe('a traceparent', () => {
  it('is read, and passed on as it came', () => {
    expect(traceOf(good)).to.deep.equal({ id, traceparent: good });
  });

  it('of a later version is read by its first four fields', () => {
    const later = good.replace('00-', '01-');
    expect(traceOf(later)?.id).to.equal(id);
    expect(traceOf(`${later}-what-comes-then`)).to.deep.equal({ id, traceparent: later });
    expect(traceOf(`${later}x`)).to.equal(undefined);
  });

  it('that breaks a rule is none', () => {
    const broken = [
      undefined,
      '',
      `${good}-more`,
      good.toUpperCase(),
      good.replace('00-', 'ff-'),
      good.replace(id, '0'.repeat(32)),
      good.replace('00f067aa0ba902b7', '0'.repeat(16)),
      good.slice(1),
      ` ${good}`,
    ];
    for (const header of broken) expect(traceOf(header), header).to.equal(undefined);
  });
});
