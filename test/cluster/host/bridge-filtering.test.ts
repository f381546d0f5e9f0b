import { expect } from 'chai';

import { ensureBridgeFiltering } from './bridge-filtering.ts';

describe('the filtering of bridges', () => {
  const absent = '/proc/sys/net/bridge/no-such-setting';

  it('is brought by its kernel module where it is not there, and said', async () => {
    const said: string[] = [];
    let loaded = 0;
    const load = (): Promise<void> => Promise.resolve(void (loaded += 1));
    await ensureBridgeFiltering((line) => said.push(line), { setting: '/proc/self/stat', load });
    expect([loaded, said.length]).to.deep.equal([0, 0]);
    await ensureBridgeFiltering((line) => said.push(line), { setting: absent, load });
    expect(loaded).to.equal(1);
    expect(said).to.deep.equal(['loading the kernel module br_netfilter']);
  });

  it('that cannot be had is refused with what to do', async () => {
    const load = (): Promise<void> => Promise.reject(new Error('Operation not permitted'));
    const refusal = await ensureBridgeFiltering(() => undefined, { setting: absent, load }).catch(String);
    expect(refusal).to.match(/modprobe br_netfilter.*Operation not permitted/);
  });
});
