/**
 * Carries connections from loopback ports of the machine into the cluster. The listening socket was opened outside and
 * handed over, so one process sees both networks and nothing has to be set up on the machine's own.
 */
import { connect } from 'node:net';
import type { Server, Socket } from 'node:net';

import { API_PORT, INGRESS_PORT } from './addresses.ts';
import type { Entrance } from './messages.ts';

const TARGETS: Readonly<Record<Entrance, number>> = { api: API_PORT, ingress: INGRESS_PORT };

export function forward(server: Server, entrance: Entrance): void {
  server.on('connection', (outer) => carry(outer, TARGETS[entrance]));
}

function carry(outer: Socket, port: number): void {
  const inner = connect({ port, host: '127.0.0.1', noDelay: true });
  outer.setNoDelay(true);
  outer.pipe(inner);
  inner.pipe(outer);
  // One side's failure is passed on as a reset: a half-open connection would leave the other one waiting for ever.
  outer.on('error', () => inner.destroy());
  inner.on('error', () => outer.resetAndDestroy());
  outer.on('close', () => inner.destroy());
  inner.on('close', () => outer.destroySoon());
}
