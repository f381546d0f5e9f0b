/**
 * The supervisor: runs inside a cluster's namespaces and starts Kubernetes there. When it ends, the namespaces end, and
 * with them every process, mount, interface and firewall rule.
 */
import { writeFileSync } from 'node:fs';
import { Server } from 'node:net';
import { join } from 'node:path';

import type { Subject } from '../certificates/certificate.ts';
import { createCredentials } from '../certificates/credentials.ts';
import { kubeconfig } from '../certificates/kubeconfig.ts';
import { elapsed } from '../host/progress.ts';
import { ApiClient } from './api.ts';
import { serveOrders } from './control-server.ts';
import { forward } from './forwarder.ts';
import { Images } from './images.ts';
import { isolateFiles, isolateNetwork } from './isolation.ts';
import type { ClusterPlan, Message } from './messages.ts';
import { clusterPaths } from './paths.ts';
import { Processes } from './processes.ts';
import { climb } from './rungs.ts';
import type { Site } from './site.ts';

function tell(message: Message): void {
  process.send?.(message);
}

function log(line: string): void {
  tell({ kind: 'log', line });
}

async function start(plan: ClusterPlan, apiPort: number): Promise<void> {
  const started = performance.now();
  const paths = clusterPaths(plan.directory);
  await Promise.all([isolateFiles(), isolateNetwork()]);
  const credentials = createCredentials(paths.certificates);
  const site: Site = {
    plan,
    paths,
    credentials,
    api: new ApiClient(credentials.authority.certificate, credentials.admin),
    processes: new Processes(paths.logs, log),
    log,
    tool: (name) => {
      const path = plan.tools[name];
      if (path === undefined) throw new Error(`rung ${plan.rung} brings no ${name}`);
      return path;
    },
  };
  const images = new Images(site);
  const outside = (subject: Subject, client = credentials.authority.issue(subject)): string =>
    kubeconfig({
      context: `memoapp-${plan.name}`,
      server: `https://127.0.0.1:${apiPort}`,
      authority: credentials.authority.certificate,
      user: subject.commonName,
      client,
    });
  writeFileSync(paths.kubeconfig, outside({ commonName: 'admin' }, credentials.admin), { mode: 0o600 });
  await serveOrders(paths.controlSocket, {
    load: async ({ archives }) => await images.load(archives),
    pause: async (body) => await site.processes.pause(body.process),
    resume: (body) => site.processes.resume(body.process),
    kill: async (body) => await site.processes.kill(body.process),
    restart: async (body) => await site.processes.restart(body.process),
    status: () => site.processes.list(),
    'kubeconfig-for': ({ user, groups }) => {
      const path = join(plan.directory, `kubeconfig.${user.replaceAll(/[^A-Za-z0-9-]/g, '_')}`);
      writeFileSync(path, outside({ commonName: user, organizations: groups }), { mode: 0o600 });
      return path;
    },
  });
  await climb(site);
  log(`everything is ready inside after ${elapsed(started)}`);
  tell({ kind: 'ready' });
}

process.on('message', (message: Message, handle: unknown) => {
  if (message.kind === 'entrance' && handle instanceof Server) forward(handle, message.entrance);
  if (message.kind !== 'begin') return;
  start(message.plan, message.apiPort).catch((error: unknown) => {
    tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
  });
});
// The keeper is gone: nobody would clean up after us or answer for us.
process.on('disconnect', () => process.exit(1));
tell({ kind: 'hello' });
