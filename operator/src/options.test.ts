/** The command line of the operator: what it takes, and what it says to the rest. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { expect } from 'chai';
import { parseOptions, type Options } from './options.ts';

const faulty: readonly (readonly [option: string, value: string, fix: RegExp])[] = [
  ['--workers', 'x', /whole number from 1 to 100/],
  ['--workers', '0', /whole number from 1 to 100/],
  ['--workers', '2.5', /whole number from 1 to 100/],
  ['--resync-minutes', '0', /number from 0\.01 to 1440/],
  ['--resync-minutes', '-1', /number from 0\.01 to 1440/],
  ['--resync-minutes', '1e9', /number from 0\.01 to 1440/],
  ['--health-port', '65536', /whole number from 0 to 65535/],
  ['--health-port', '', /whole number from 0 to 65535/],
  ['--namespaces', '', /"" is no namespace.*a,b,c/],
  ['--namespaces', 'shop,Club', /"Club" is no namespace/],
  ['--namespaces', Array.from({ length: 101 }, (_, index) => `n${index}`).join(','), /at most 100, or leave it out/],
  ['--lease-duration-seconds', '1', /whole number from 2 to 300/],
  ['--renew-deadline-seconds', '15', /less than --lease-duration-seconds/],
  ['--log-level', 'loud', /choices are trace, debug, info, warn, error/],
];

describe('the options of the operator', () => {
  for (const [option, value, fix] of faulty) {
    it(`refuse ${option}=${value.slice(0, 20)} and say what to write`, () => {
      expect(() => parse([`${option}=${value}`]))
        .to.throw(CommanderError, fix)
        .that.has.property('exitCode', 1);
    });
  }

  it('are all optional, and numbers where they are numbers', () => {
    expect(parse([])).to.deep.equal({
      leaseDurationSeconds: 15,
      renewDeadlineSeconds: 10,
      healthPort: 8080,
      workers: 8,
      resyncMinutes: 10,
      secretWatch: true,
      logLevel: 'info',
    });
    expect(parse(['--no-secret-watch']).secretWatch).to.equal(false);
    expect(parse(['--workers', '100', '--resync-minutes', '0.05', '--health-port', '0'])).to.include({
      workers: 100,
      resyncMinutes: 0.05,
      healthPort: 0,
    });
  });

  it('take a list of namespaces, each once', () => {
    expect(parse(['--namespaces', 'shop, club,shop']).namespaces).to.deep.equal(['shop', 'club']);
  });

  it('are read before the operator does anything else', async () => {
    const main = join(import.meta.dirname, 'main.ts');
    const child = spawn(process.execPath, [main, '--workers', 'x'], { env: { KUBECONFIG: '/dev/null' } });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    expect(code).to.equal(1);
    expect(stderr).to.match(/--workers.*whole number/);
  });
});

function parse(args: readonly string[]): Options {
  const command = new Command('memo-operator').exitOverride().configureOutput({ writeErr: () => undefined });
  return parseOptions(['node', 'main.ts', ...args], command);
}
