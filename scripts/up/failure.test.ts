import { expect } from 'chai';
import { run } from '../../test/cluster/host/command.ts';
import { failureOf } from './failure.ts';
import { StepError } from './steps.ts';

const log = '/var/log/up.log';

describe('what is told of a failure', () => {
  it('is the step, the reason and where the log is', () => {
    const error = new StepError('cluster', new Error('a cluster needs root'));
    expect(failureOf('up', error, log).shown).to.equal(
      ['✗ up: cluster failed', '  a cluster needs root', `  log: ${log}`].join('\n'),
    );
    expect(failureOf('deploy', new Error('say which cluster'), log).shown).to.equal(
      ['✗ deploy failed', '  say which cluster', `  log: ${log}`].join('\n'),
    );
  });

  it('of a command is its last words, without the script it ran; the log has every word', async () => {
    const script = 'for n in $(seq 400)\ndo echo "E: package $n"\ndone\nexit 100';
    const failed = await run('sh', ['-euc', script]).catch((cause: unknown) => {
      return new StepError('images', new Error(`redis:8.0 could not be made: ${String(cause)}`, { cause }));
    });
    const { shown, kept } = failureOf('up', failed, log);
    const lines = shown.split('\n');
    expect(lines).to.have.length.below(16);
    expect(lines[1]).to.match(/^ {2}redis:8\.0 could not be made: .*`sh -euc …` ended with 100:$/);
    expect(lines.at(-2)).to.equal('  E: package 400');
    expect(kept).to.include('E: package 1\n').and.include('E: package 400');
  });

  it('is short whatever is thrown', () => {
    const { shown } = failureOf('up', new Error('x'.repeat(5_000)), log);
    expect(Math.max(...shown.split('\n').map((line) => line.length))).to.be.below(250);
    expect(failureOf('up', 'no error at all', log).shown).to.include('no error at all');
  });
});
