import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';

const ADVISORY = {
  id: 1,
  url: 'https://advisory.example/1',
  title: 'made up',
  severity: 'high',
  vulnerable_versions: '*',
  cwe: [],
  cvss: { score: 0, vectorString: null },
};

describe('the audit of the dependencies', function () {
  this.timeout(30_000);
  let registry: Server;
  /** What the registry knows of vulnerabilities; undefined: it offers no audits. */
  let known: object | undefined;

  before(async () => {
    registry = createServer((request, response) => {
      request.resume();
      if (request.method === 'POST' && known !== undefined) response.end(JSON.stringify(known));
      else response.writeHead(request.method === 'POST' ? 405 : 404).end('{}');
    });
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  });

  after(() => registry.close().closeAllConnections());

  async function audit(): Promise<{ code: number | null; said: string }> {
    const npm_config_registry = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`;
    const child = spawn(process.execPath, [join(import.meta.dirname, 'audit.ts')], {
      // As under a silent `npm run`, whose npm would keep to itself that it failed.
      env: { ...process.env, npm_config_registry, npm_config_loglevel: 'silent' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, said };
  }

  it('says that there was none, where the registry offers none', async () => {
    known = undefined;
    const { code, said } = await audit();
    expect(code, said).to.equal(2);
    expect(said).to.match(/^nothing was audited: .*405 Method Not Allowed/);
  });

  it('passes where the registry knows nothing', async () => {
    known = {};
    expect(await audit()).to.deep.equal({ code: 0, said: 'found 0 vulnerable packages\n' });
  });

  it('fails where it knows of a dependency that ships, and not for one that only developers have', async () => {
    known = { express: [ADVISORY] };
    const ships = await audit();
    expect(ships.code, ships.said).to.equal(1);
    expect(ships.said).to.equal('high express: made up, https://advisory.example/1\nfound 1 vulnerable package\n');
    known = { mocha: [ADVISORY] };
    expect((await audit()).code).to.equal(0);
  });
});
