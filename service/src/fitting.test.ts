import { expect } from 'chai';
import { fitting } from './fitting.ts';

describe('the first items that fit', () => {
  const of = (items: readonly number[]): number => fitting(items, { count: 3, weight: 10 }, (item) => item);

  it('are as many as the bounds allow, to the last that reaches them', () => {
    expect(of([1, 1])).to.equal(2);
    expect(of([1, 1, 1, 1])).to.equal(3);
    expect(of([4, 6, 1])).to.equal(2);
    expect(of([])).to.equal(0);
  });

  it('are never none, however much the first weighs', () => {
    expect(of([11, 1])).to.equal(1);
    expect(of([0, 11])).to.equal(1);
  });
});
