/** The operators that are measured: ours, and two that make the same children with the tools that others use. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import type { Cluster } from '../../../test/cluster/cluster.ts';
import { boundToUs } from '../../../test/cluster/host/bound.ts';
import { run } from '../../../test/cluster/host/command.ts';
import type { Log } from '../../../test/cluster/host/progress.ts';
import { kubectlOn } from '../../../test/operator/harness/kubectl.ts';
import { freePort } from '../../../test/stores/ports.ts';
import { processorTime } from '../../processor-time.ts';

export interface Contestant {
  readonly name: string;
  /** As the API server knows it. */
  readonly user: string;
  start(cluster: Cluster, options?: StartOptions): Promise<Running>;
}

/** What only some contestants know. */
export interface StartOptions {
  /** Whose name it has where it holds a Lease: two that run at once are two pods. */
  readonly pod?: string;
  /** How often it looks at all of them again. Absent: as often as it does by itself. */
  readonly resyncMinutes?: number;
  /** Those that it looks after. Absent: all. */
  readonly namespaces?: readonly string[];
  /** Node's, beside those that its container has. */
  readonly nodeFlags?: readonly string[];
}

/** A process of a contestant. */
export class Running {
  /** When it was started, in milliseconds since 1970. */
  readonly started: number;
  readonly #child: ChildProcess;
  #output = '';

  constructor(command: string, args: readonly string[], environment: NodeJS.ProcessEnv) {
    this.started = performance.timeOrigin + performance.now();
    this.#child = spawn(...boundToUs([command, ...args]), {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.#output = (this.#output + chunk.toString()).slice(-20_000)));
    }
  }

  get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** The end of what it has written. */
  get output(): string {
    return this.#output;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.ended) return;
    const ended = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.kill(signal);
    await ended;
  }

  /** MiB that are resident now, and the most that ever were. */
  memory(): { readonly now: number; readonly peak: number } {
    const status = readFileSync(`/proc/${this.#pid}/status`, 'utf8');
    const field = (name: string): number =>
      Number(new RegExp(String.raw`^${name}:\s+(\d+) kB`, 'm').exec(status)?.[1] ?? 'NaN') / 1024;
    return { now: field('VmRSS'), peak: field('VmHWM') };
  }

  /** Seconds of processor time so far. */
  processorTime(): number {
    return processorTime(this.#pid);
  }

  sockets(): number {
    const folder = `/proc/${this.#pid}/fd`;
    return readdirSync(folder).filter((fd) => leadsToSocket(join(folder, fd))).length;
  }

  get #pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error('the operator could not be started');
    return pid;
  }
}

/** As in Dockerfile.operator, whose container may use 256 MiB. */
const node = ['--max-old-space-size=102', '--max-semi-space-size=2', '--expose-gc'];
const memory = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072', MALLOC_MMAP_THRESHOLD_: '131072' };

/** Shows the folder as what a kubelet mounts into a pod, to this process and nobody else, and becomes the command. */
const asInPod = `
mount -t tmpfs none /run && mkdir -p /run/secrets/kubernetes.io
cp -r "$1" /run/secrets/kubernetes.io/serviceaccount
shift
exec "$@"`;

/** Our operator as its pod runs it: compiled, with a token of its service account and the rights of config/rbac. */
export async function ours(log: Log): Promise<Contestant> {
  log('compiling the operator');
  const root = join(import.meta.dirname, '../../..');
  await run('npm', ['run', '--silent', 'build', '--workspace=operator'], { cwd: root });
  const main = join(root, 'operator/dist/main.js');
  return {
    name: 'memo-operator',
    user: 'system:serviceaccount:memo-system:memo-operator',
    start: async (cluster, { namespaces, nodeFlags = [], pod = 'memo-operator-0', resyncMinutes } = {}) => {
      const account = await serviceAccount(cluster);
      const { hostname, port } = new URL(cluster.server);
      const resync = resyncMinutes === undefined ? [] : ['--resync-minutes', String(resyncMinutes)];
      const some = namespaces === undefined ? [] : ['--namespaces', namespaces.join(',')];
      const flags = ['--health-port', String(await freePort()), ...resync, ...some];
      const operator = [process.execPath, ...node, ...nodeFlags, main, ...flags];
      const shell = ['sh', '-e', '-c', asInPod, 'sh', account, ...operator];
      return new Running('unshare', ['--mount', '--propagation', 'private', ...shell], {
        KUBERNETES_SERVICE_HOST: hostname,
        KUBERNETES_SERVICE_PORT: port,
        // A container that is started again in its pod has its Lease still.
        POD_NAME: pod,
        ...memory,
      });
    },
  };
}

/** A folder, gone with the cluster, with what a pod of the operator finds of its service account. */
async function serviceAccount(cluster: Cluster): Promise<string> {
  const kubectl = await kubectlOn(cluster);
  const { code, stdout, stderr } = await kubectl('create token memo-operator -n memo-system --duration 10h'.split(' '));
  if (code !== 0) throw new Error(stderr);
  const { clusters } = parse(readFileSync(cluster.kubeconfig, 'utf8')) as {
    clusters: readonly { readonly cluster: { readonly 'certificate-authority-data': string } }[];
  };
  const folder = mkdtempSync(join(dirname(cluster.kubeconfig), 'account-'));
  writeFileSync(join(folder, 'token'), stdout.trim());
  writeFileSync(join(folder, 'namespace'), 'memo-system');
  const authority = clusters[0]?.cluster['certificate-authority-data'] ?? '';
  writeFileSync(join(folder, 'ca.crt'), Buffer.from(authority, 'base64'));
  return folder;
}

function leadsToSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith('socket:');
  } catch {
    // It was closed since the folder was read.
    return false;
  }
}
