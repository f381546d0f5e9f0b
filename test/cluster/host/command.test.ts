import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { expect } from 'chai';

import { CommandError, isInstalled, run } from './command.ts';
import { contentOf } from './content.ts';
import { until } from '../../until.ts';

/** The error that a command ends with. */
async function failure(...[command, args, options]: Parameters<typeof run>): Promise<CommandError> {
  const error = await run(command, args, options).catch((caught: unknown) => caught);
  if (error instanceof CommandError) return error;
  throw new Error(`${command} did not fail`);
}

describe('a command', () => {
  it('gives what it wrote to standard output, reads its input, and gets the environment it is given', async () => {
    expect(await run('sh', ['-c', 'echo one; echo two; echo three >&2'])).to.equal('one\ntwo');
    expect(await run('cat', [], { input: '안녕\n\n' })).to.equal('안녕\n');
    const env = { PATH: process.env['PATH'], GREETING: 'hello' };
    expect(await run('sh', ['-c', 'echo "$GREETING ${HOME-}"'], { env })).to.equal('hello ');
  });

  it('that ends without reading its input is judged by its code', async () => {
    expect(await run('true', [], { input: 'x'.repeat(1_000_000) })).to.equal('');
  });

  it('is heard line by line while it works, on both outputs', async () => {
    const lines: string[] = [];
    await run('sh', ['-c', 'printf "one\\ntwo"; echo three >&2'], { log: (line) => lines.push(line) });
    expect(lines).to.have.members(['one', 'two', 'three']);
  });

  it('that fails says so in its own last words, on few lines', async () => {
    const { message, code } = await failure('sh', ['-c', 'seq 100 >&2; echo result; exit 3']);
    expect(code).to.equal(3);
    const [first, ...tail] = message.split('\n');
    expect(first).to.match(/^`sh -c .*` ended with 3:$/);
    expect(tail.at(-1), 'standard output is a result').to.equal('100');
    expect(tail, 'the last lines').to.have.length.below(15);
    const talking = await failure('sh', ['-c', 'echo src/x.ts: error; exit 1'], { log: () => undefined });
    expect(talking.message, 'unless somebody listens').to.include('src/x.ts: error');
    const silent = await failure('sh', ['-c', 'echo only $((3 + 4)); exit 1']);
    expect(silent.message, 'or there is nothing else').to.include('only 7');
    const colored = await failure('sh', ['-c', String.raw`echo only $((3 + 4)); printf '\033[0m' >&2; exit 1`]);
    expect(colored.message, 'but a colour').to.include('only 7');
  });

  it('that is a script is named without it', async () => {
    const { message, output } = await failure('sh', ['-euc', 'set -x\nexit 4', 'sh', 'argument']);
    expect(message).to.equal('`sh -euc …` ended with 4:\n+ exit 4');
    expect(output).to.equal('+ exit 4\n');
  });

  it('that is not there, or is killed, fails as well', async () => {
    expect((await failure('no-such-command', [])).message).to.match(/no-such-command.*No such file/s);
    expect((await failure('sh', ['-c', 'kill -9 $$'])).code).to.equal('SIGKILL');
    expect([await isInstalled('sh'), await isInstalled('no-such-command')]).to.deep.equal([true, false]);
  });

  it('ends with the process that runs it, also when that one is killed', async () => {
    const program = `import { run } from '${join(import.meta.dirname, 'command.ts')}';
      await run('sh', ['-c', 'echo $$; exec sleep 1000'], { log: console.log });`;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [pid] = (await once(parent.stdout, 'data')).map(String);
    expect(stateOf(Number(pid))).to.be.oneOf(['S', 'R']);
    parent.kill('SIGKILL');
    await until('the end of the command', () => ['', 'Z'].includes(stateOf(Number(pid))), {
      seconds: 10,
      hint: `process ${pid}`,
    });
  });
});

/** `S` for a process that sleeps, `Z` for one that is dead; empty when it is gone. */
function stateOf(pid: number): string {
  return /\) (\w) /.exec(contentOf(`/proc/${pid}/stat`))?.[1] ?? '';
}
