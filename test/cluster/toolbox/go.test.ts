import { expect } from 'chai';

import { isNewEnough } from './go.ts';

describe('the Go of the machine', () => {
  it('is used only when it is new enough', () => {
    for (const version of ['go1.26.8', 'go1.26.10\n', 'go1.27', 'go1.27.0', 'go2.0.0']) {
      expect(isNewEnough(version, '1.26.8'), version).to.equal(true);
    }
    for (const version of ['', 'go1.19.8', 'go1.26.7', 'go1.26', 'go1.9.9', 'go1.27rc1', 'devel']) {
      expect(isNewEnough(version, '1.26.8'), version).to.equal(false);
    }
  });
});
