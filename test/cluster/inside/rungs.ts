/** Which programs make a rung, and in which order they come up. */
import { startDns } from '../addons/dns.ts';
import { startMetrics } from '../addons/metrics.ts';
import { startStorage } from '../addons/storage.ts';
import { startTraefik } from '../addons/traefik.ts';
import { startApiServer, startControllerManager, startEtcd, startScheduler } from '../components/control-plane.ts';
import { startContainerd, startKubelet, startKubeProxy } from '../components/node.ts';
import { startSimulatedNodes } from '../components/simulated-nodes.ts';
import { elapsed } from '../host/progress.ts';
import { until } from '../../until.ts';
import { NODE_NAME } from './addresses.ts';
import { needBridgeFiltering } from './isolation.ts';
import type { Site } from './site.ts';

/** Starts everything of the cluster's rung and waits until pods can be created. */
export async function climb(site: Site): Promise<void> {
  switch (site.plan.rung) {
    case 1:
      await controlPlane(site);
      break;
    case 2:
      await controlPlane(site);
      await Promise.all([controllers(site), step(site, 'simulated nodes', startSimulatedNodes(site))]);
      await podsCanBeMade(site);
      break;
    case 3:
      needBridgeFiltering();
      await Promise.all([controlPlane(site), step(site, 'containerd', startContainerd(site))]);
      await Promise.all([
        controllers(site),
        step(site, 'kubelet', startKubelet(site)),
        step(site, 'kube-proxy', startKubeProxy(site)),
        step(site, 'DNS', startDns(site)),
        step(site, 'metrics-server', startMetrics(site)),
        step(site, 'storage', startStorage(site)),
        step(site, 'Traefik', startTraefik(site)),
      ]);
      await step(site, 'node', nodeReady(site));
      await podsCanBeMade(site);
      break;
  }
}

async function controlPlane(site: Site): Promise<void> {
  await startEtcd(site);
  await step(site, 'API server', startApiServer(site));
}

/** They exit, or sulk, when they start before the API server answers. */
async function controllers(site: Site): Promise<void> {
  await Promise.all([startControllerManager(site), startScheduler(site)]);
}

async function step(site: Site, what: string, work: Promise<void>): Promise<void> {
  const started = performance.now();
  await work;
  site.log(`${what} ready (${elapsed(started)})`);
}

async function nodeReady({ api, paths }: Site): Promise<void> {
  await until(
    'node Ready',
    async () => {
      const { body } = await api.send('GET', `/api/v1/nodes/${NODE_NAME}`);
      const { status } = JSON.parse(body) as { status?: { conditions?: { type: string; status: string }[] } };
      return status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True');
    },
    { seconds: 120, hint: `see ${paths.logs}/kubelet.log`, everyMilliseconds: 50 },
  );
}

/** A pod is refused until its namespace has a service account. */
async function podsCanBeMade({ api, paths }: Site): Promise<void> {
  const hint = `see ${paths.logs}/kube-controller-manager.log`;
  await until(
    'service account of the namespace default',
    async () => {
      const { status } = await api.send('GET', '/api/v1/namespaces/default/serviceaccounts/default');
      return status === 200;
    },
    { seconds: 60, hint, everyMilliseconds: 50 },
  );
}
