/** What a pod of the API says of its stores on its management port, from an address that a test gives to a simulated pod. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { ports } from '../../../operator/src/api/names.ts';
import type { StoreHealth } from '../../../operator/src/stack/observed.ts';

export interface StoreReport {
  /** On loopback, and this process's alone: the port is fixed. */
  readonly address: string;
  close(): void;
}

/** @param stores asked at each request */
export async function reportStores(stores: () => StoreHealth): Promise<StoreReport> {
  const address = `127.${(process.pid >> 8) & 127}.${process.pid & 255}.90`;
  const server = createServer((_, response) => {
    const services = stores();
    response.writeHead(services.database === 'healthy' ? 200 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: 'whatever', services }));
  });
  server.listen(ports.management, address);
  await once(server, 'listening');
  return { address, close: () => void server.close() };
}
