import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { java, properties } from './java.ts';
import { zooKeeperServes } from './ready.ts';
import { startStore } from './store.ts';
import type { Store } from './store.ts';

const DATA = '/var/lib/kafka/data';

/** The ZooKeeper that Kafka 3.9.2 brings along, from the same root file system. */
export function startZooKeeper(root: string): Promise<Store> {
  return startStore({
    name: 'zookeeper',
    uid: 1000,
    grace: 5_000,
    serves: zooKeeperServes,
    url: (port) => `127.0.0.1:${port}`,
    jail: async (ports, folder) => {
      const settings = {
        dataDir: DATA,
        clientPort: String(ports.listen),
        clientPortAddress: '127.0.0.1',
        tickTime: '500',
        'admin.enableServer': 'false',
        '4lw.commands.whitelist': 'srvr',
      };
      await writeFile(join(folder, 'zoo.cfg'), properties(settings));
      const command = java('3.9.2', 'org.apache.zookeeper.server.quorum.QuorumPeerMain', `${DATA}/zoo.cfg`);
      return { root, uid: 1000, command, binds: { [DATA]: folder } };
    },
  });
}
