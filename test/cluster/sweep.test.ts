import { expect } from 'chai';

import { groupOf } from './state.ts';
import { leftovers } from './sweep.ts';

describe('leftovers of dead clusters', () => {
  const alive = (name: string): boolean => name === 'living';

  it('are the folders and cgroups without a keeper', () => {
    const found = leftovers(['living', 'dead'], [groupOf('living'), groupOf('dead')], alive);
    expect(found).to.deep.equal({ groups: [groupOf('dead')], names: ['dead'] });
  });

  it('may be a cgroup whose folder is gone, or a folder whose cgroup is gone', () => {
    expect(leftovers([], [groupOf('a')], alive)).to.deep.equal({ groups: [groupOf('a')], names: [] });
    expect(leftovers(['b'], [], alive)).to.deep.equal({ groups: [], names: ['b'] });
  });

  it('are never cgroups of another state folder, nor anything that is not named like ours', () => {
    expect(leftovers([], ['dead.00000000', 'system', 'dead'], alive).groups).to.deep.equal([]);
  });
});
