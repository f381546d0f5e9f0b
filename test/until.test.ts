import { expect } from 'chai';
import { until } from './until.ts';

describe('A wait', () => {
  it('ends with the first answer, which undefined, false and an error are not', async () => {
    const answers = [undefined, false, new Error('refused'), 0];
    let asked = 0;
    const answer = await until('an answer', () => {
      const next = answers[asked++];
      if (next instanceof Error) throw next;
      return next;
    });
    expect({ answer, asked }).to.deep.equal({ answer: 0, asked: 4 });
  });

  it('that runs out says what was waited for, what was seen last, and where to look', async () => {
    const refused = new Error('HTTP 503');
    const waiting = until('the answer', () => Promise.reject(refused), { seconds: 0.05, hint: 'see the log' });
    const error: unknown = await waiting.catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Error);
    expect(error).to.have.property('message', 'the answer: not within 0.05 s (last answer: HTTP 503); see the log');
    expect(error).to.have.property('cause', refused);
  });
});
