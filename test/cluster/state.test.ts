import { expect } from 'chai';

import { usePrivateState } from './behaviour/private-state.ts';
import { identify } from './host/identity.ts';
import { clusterDirectory, clusterOfGroup, groupOf, isAlive, listNames, readRecord, writeRecord } from './state.ts';
import type { ClusterRecord } from './state.ts';

describe('the record of a cluster', () => {
  usePrivateState();

  it('is read as it was written, and says whether its keeper lives', () => {
    const keeper = identify(process.pid);
    if (keeper === undefined) throw new Error('this process has no identity');
    const record: ClusterRecord = { name: 'a', rung: 1, phase: 'ready', keeper, started: 'now', apiPort: 6443 };
    writeRecord(record);
    expect(readRecord('a')).to.deep.equal(record);
    expect(isAlive(record)).to.equal(true);
    expect(isAlive({ ...record, keeper: { ...keeper, startTime: '1' } }), 'a reused pid').to.equal(false);
    expect(isAlive({ ...record, keeper: { ...keeper, bootId: 'before' } }), 'another boot').to.equal(false);
    expect(listNames()).to.deep.equal(['a']);
  });

  it('is absent for a cluster that never was', () => {
    expect(readRecord('b')).to.equal(undefined);
    expect(isAlive(undefined)).to.equal(false);
  });

  it('is never outside the state folder', () => {
    for (const name of ['', '..', 'a/b', 'A', '1a', 'a-', 'a'.repeat(31)]) {
      expect(() => clusterDirectory(name), name).to.throw('cannot be called');
    }
  });

  it('belongs to a cgroup of this state folder only', () => {
    const group = groupOf('a');
    expect(clusterOfGroup(group)).to.equal('a');
    process.env['MEMOAPP_STATE'] = `${process.env['MEMOAPP_STATE'] ?? ''}/other`;
    expect(clusterOfGroup(group)).to.equal(undefined);
  });

  it('is refused in a folder too deep for sockets', () => {
    process.env['MEMOAPP_STATE'] = `/tmp/${'deep/'.repeat(20)}`;
    expect(() => clusterDirectory('a')).to.throw('set MEMOAPP_STATE to a shorter folder');
  });
});
