/** What is said to a command that leaves something out, before anything is done. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { expect } from 'chai';
import { CommandError, run } from '../../test/cluster/host/command.ts';
import { temporaryFolder } from '../../test/cluster/host/temporary.ts';

const main = join(import.meta.dirname, 'main.ts');

describe('make up and its like', function () {
  this.timeout(30_000);
  let state: string;

  beforeEach(() => (state = temporaryFolder('state')));
  afterEach(() => rmSync(state, { recursive: true }));

  async function refusal(...words: readonly string[]): Promise<string> {
    const env = { ...process.env, MEMOAPP_STATE: state, KUBECONFIG: '/dev/null' };
    const error = await run(process.execPath, [main, ...words], { env }).catch((caught: unknown) => caught);
    if (error instanceof CommandError) return error.output;
    throw new Error(`${words.join(' ')} was not refused`);
  }

  for (const command of ['up', 'deploy']) {
    it(`${command} with a registry alone asks for the cluster`, async () => {
      expect(await refusal(command, '--registry', 'registry.example/club')).to.contain('CONTEXT=');
    });

    it(`${command} with a context alone asks for the registry`, async () => {
      expect(await refusal(command, '--context', 'mine')).to.contain('REGISTRY=');
    });
  }
});
