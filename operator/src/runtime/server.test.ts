import { expect } from 'chai';
import { RuntimeMetrics } from './metrics.ts';
import { serve } from './server.ts';
import type { HealthServer } from './server.ts';

describe('the health server', () => {
  let server: HealthServer;
  let synced: boolean;

  beforeEach(async () => {
    synced = false;
    const metrics = new RuntimeMetrics();
    metrics.queue('memoapp').added();
    server = await serve({ port: 0, live: [['loop', () => true]], ready: [['stores', () => synced]], metrics });
  });

  afterEach(() => server.close());

  async function get(path: string): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { headers: { connection: 'close' } });
    return `${response.status} ${await response.text()}`;
  }

  it('is ready once every check holds, and not any more when it drains', async () => {
    expect(await get('/readyz')).to.match(/^503 .*stores/);
    synced = true;
    expect(await get('/readyz?verbose')).to.match(/^200 /);
    server.drain();
    expect(await get('/readyz')).to.match(/^503 /);
    expect(await get('/livez')).to.match(/^200 /);
  });

  it("answers metrics under controller-runtime's names, and 404 elsewhere", async () => {
    expect(await get('/metrics')).to.match(/workqueue_adds_total\{name="memoapp",controller="memoapp"\} 1/);
    expect(await get('/')).to.match(/^404 /);
  });
});
