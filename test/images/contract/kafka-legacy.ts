import { names, podsService, serviceHost } from '../../../operator/src/api/names.ts';
import type { ResolvedApp } from '../../../operator/src/api/resolved.ts';
import { eventsObjects } from '../../../operator/src/stack/events/events.ts';
import { start } from '../running/container.ts';
import type { Bench, Point } from './contract.ts';
import { endsOnTerm, tells } from './contract.ts';
import { imageOf } from './images.ts';
import { carriesRecord } from './kafka.ts';
import { firstPod, nothingThere, sampleApp } from './rendered.ts';
import { zookeeper } from './zookeeper.ts';

/** What the cluster's DNS would answer: both pods, and the Service that one finds the other by. */
function namesOf(app: ResolvedApp): string[] {
  const { events, zookeeper: ensemble } = names(app);
  const pods = [events, ensemble].map((set) => serviceHost(app, `${set}-0.${podsService(set)}`));
  return [...pods, serviceHost(app, ensemble)];
}

/** Kafka as the operator starts it for the sample of `make up`: with ZooKeeper, and without the image's own command. */
export const zooKeeperMode: Point = {
  says: "its start script runs with properties of the caller's and a read-only root, and serves beside `zookeeper:3.9`: a record goes through",
  async check({ image }: Bench) {
    const app = await sampleApp();
    const objects = eventsObjects(app, nothingThere);
    const hosts = { names: namesOf(app) };
    const ensemble = { ...firstPod(objects, names(app).zookeeper), ...hosts };
    await using keeper = await start(await imageOf(zookeeper.reference), ensemble);
    const broker = { ...firstPod(objects, names(app).events), ...hosts, beside: keeper };
    await using kafka = await start(image, broker);
    await tells(kafka, 'started (kafka.server.KafkaServer)');
    await carriesRecord(kafka);
    await endsOnTerm(kafka, 143, 20);
    await endsOnTerm(keeper, 143, 10);
  },
};
