// What every store can be made to suffer: stop, kill, freeze, restart, a cut network.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificate } from '../cluster/certificates/certificate.ts';
import { freeze } from '../cluster/host/frozen.ts';
import { dataFolder } from './folder.ts';
import { startJail } from './jail.ts';
import type { Jail, JailSpec } from './jail.ts';
import { freePort } from './ports.ts';
import { startProxy } from './proxy.ts';
import type { Cut, Proxy } from './proxy.ts';
import { until } from '../until.ts';

/** A store on a loopback port, with its data in a folder that goes with it. */
export interface Store {
  readonly host: '127.0.0.1';
  /** The port clients use: the proxy's when there is one. */
  readonly port: number;
  /** Address as the service's environment takes it. */
  readonly url: string;
  /** Process id of the store itself, undefined while it is down. */
  readonly pid: number | undefined;
  /** The last lines the running (or last) process wrote. */
  readonly logs: string;
  /** Ends it and removes its data, so there is nothing to be orderly for. */
  stop(): Promise<void>;
  /** SIGKILL; resolves when it is gone. The data stay for {@link restart}. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers any more once this has resolved. */
  freeze(): Promise<void>;
  thaw(): void;
  /** Ends it (orderly when it runs) and starts it again on the same port and data. */
  restart(): Promise<void>;
  /** Takes the network away; only with `proxied`. */
  cut(how?: Cut): void;
  uncut(): void;
  /** The proxy, for what is asked of it rarely; only with `proxied`. */
  readonly network: Pick<Proxy, 'stall' | 'heldBack' | 'release'>;
}

/** Options that every store takes. */
export interface StoreOptions {
  /** Puts a TCP proxy in front, for {@link Store.cut}. */
  readonly proxied?: boolean;
  /** Speaks TLS with this certificate, and nothing else. */
  readonly certificate?: Certificate;
}

/** Writes a certificate with its key, and alone for who has to trust it, where the store's user can read them. */
export async function writeCertificate(folder: string, { certificate, key }: Certificate): Promise<void> {
  await writeFile(join(folder, 'server.pem'), `${key}${certificate}`);
  await writeFile(join(folder, 'trusted.pem'), certificate);
}

/** How one kind of store is run; `ports` holds the store's own port and the one clients use. */
export interface StoreKind {
  readonly name: string;
  /** User and group it runs as: those of the official image. */
  readonly uid: number;
  jail(ports: StorePorts, folder: string): Promise<JailSpec>;
  serves(port: number): Promise<boolean>;
  url(port: number): string;
  /** Milliseconds until SIGTERM becomes SIGKILL. */
  readonly grace: number;
}

/** The port a store listens on, and the one its clients are told. */
export interface StorePorts {
  readonly listen: number;
  readonly clients: number;
}

/** Starts a store and waits until it serves. */
export async function startStore(kind: StoreKind, options: StoreOptions = {}): Promise<Store> {
  const listen = await freePort();
  const proxy = options.proxied === true ? await startProxy(await freePort(), listen) : undefined;
  const store = new RunningStore(kind, { listen, clients: proxy?.port ?? listen }, proxy);
  try {
    await store.start();
  } catch (error) {
    await store.stop();
    throw error;
  }
  return store;
}

class RunningStore implements Store {
  readonly host = '127.0.0.1';
  readonly #kind: StoreKind;
  readonly #ports: StorePorts;
  readonly #proxy: Proxy | undefined;
  readonly #folder: string;
  #jail: Jail | undefined;
  #up = false;

  constructor(kind: StoreKind, ports: StorePorts, proxy: Proxy | undefined) {
    this.#kind = kind;
    this.#ports = ports;
    this.#proxy = proxy;
    this.#folder = dataFolder(kind.name, kind.uid);
  }

  get port(): number {
    return this.#ports.clients;
  }

  get url(): string {
    return this.#kind.url(this.#ports.clients);
  }

  get pid(): number | undefined {
    return this.#up ? this.#jail?.pid : undefined;
  }

  get logs(): string {
    return this.#jail?.logs() ?? '';
  }

  async start(): Promise<void> {
    const jail = await startJail(await this.#kind.jail(this.#ports, this.#folder));
    this.#jail = jail;
    this.#up = true;
    const gone = jail.ended().then(() => {
      if (this.#jail === jail) this.#up = false;
    });
    gone.catch(() => undefined);
    const serves = async (): Promise<boolean> => {
      if (!this.#up) return true;
      return this.#kind.serves(this.#ports.listen);
    };
    try {
      await until(`${this.#kind.name} serves`, serves, { seconds: 60 });
    } catch (error) {
      throw new Error(`${this.#kind.name} did not start: ${jail.logs().slice(-2000)}`, { cause: error });
    }
    if (!this.pid) throw new Error(`${this.#kind.name} ended while starting: ${jail.logs().slice(-2000)}`);
  }

  async stop(): Promise<void> {
    await this.#end('SIGKILL');
    await this.#proxy?.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async freeze(): Promise<void> {
    const pid = this.pid;
    if (pid === undefined) throw new Error(`${this.#kind.name} is down: there is nothing to freeze`);
    await freeze(pid, () => this.pid === pid);
  }

  thaw(): void {
    this.#jail?.signal('SIGCONT');
  }

  async restart(): Promise<void> {
    await this.#end('SIGTERM');
    await this.start();
  }

  get network(): Proxy {
    if (!this.#proxy) throw new Error(`${this.#kind.name} was started without a proxy`);
    return this.#proxy;
  }

  cut(how: Cut = 'reset'): void {
    this.network.cut(how);
  }

  uncut(): void {
    this.#proxy?.uncut();
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const jail = this.#jail;
    if (!jail || !this.#up) return;
    jail.signal(signal);
    if (signal === 'SIGTERM') jail.signal('SIGCONT');
    const timer = setTimeout(() => jail.signal('SIGKILL'), this.#kind.grace);
    await jail.ended();
    clearTimeout(timer);
    this.#up = false;
  }
}
