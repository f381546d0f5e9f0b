import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { expect } from 'chai';

import { temporaryFolder } from '../host/temporary.ts';
import { tidyUp } from './toolbox.ts';

describe('the cache of the tools', () => {
  let cache: string;
  const before = process.env['MEMOAPP_CACHE'];

  beforeEach(() => {
    cache = temporaryFolder('toolbox');
    process.env['MEMOAPP_CACHE'] = cache;
  });

  afterEach(async () => {
    if (before === undefined) delete process.env['MEMOAPP_CACHE'];
    else process.env['MEMOAPP_CACHE'] = before;
    await rm(cache, { recursive: true });
  });

  it('keeps the tools, and nothing of what they were built from', async () => {
    // The last is what an earlier one has not got through.
    for (const folder of ['go/mod/k8s.io', 'go/build/00', 'tools/etcd', 'go-1.26.8/bin', 'go.removing/mod'])
      await mkdir(join(cache, folder), { recursive: true });
    await tidyUp();
    expect(await readdir(cache)).to.have.members(['tools', 'go-1.26.8', 'toolbox.lock']);
  });

  it('makes no lock where there is nothing to tidy', async () => {
    await tidyUp();
    expect(await readdir(cache)).to.deep.equal([]);
  });
});
