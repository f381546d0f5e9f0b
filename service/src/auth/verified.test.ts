import { expect } from 'chai';
import { VerifiedTokens } from './verified.ts';

const at = (seconds: number): Date => new Date(seconds * 1000);

describe('tokens that were verified', () => {
  const keys = {};

  it('stand for what they did, until they expire', () => {
    const verified = new VerifiedTokens<string>();
    verified.put('token', keys, 'kim', at(100));
    expect(verified.get('token', keys, at(99))).to.equal('kim');
    expect(verified.get('token', keys, at(100))).to.equal(undefined);
    expect(verified.get('token2', keys, at(99))).to.equal(undefined);
  });

  it('have to show themselves again under other keys', () => {
    const verified = new VerifiedTokens<string>();
    verified.put('token', keys, 'kim', at(100));
    expect(verified.get('token', {}, at(0))).to.equal(undefined);
    const renewed = {};
    verified.put('other', renewed, 'lee', at(100));
    expect(verified.get('token', renewed, at(0))).to.equal(undefined);
    expect(verified.get('other', renewed, at(0))).to.equal('lee');
  });

  it('are a bounded number', () => {
    const verified = new VerifiedTokens<number>();
    for (let token = 0; token <= 1_000; token += 1) verified.put(String(token), keys, token, at(100));
    expect(verified.get('0', keys, at(0))).to.equal(undefined);
    expect(verified.get('1000', keys, at(0))).to.equal(1_000);
  });
});
