import { lstatSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { expect } from 'chai';
import { userIds } from '../../../operator/src/stack/pod.ts';
import { runToEnd } from '../running/container.ts';
import type { Container } from '../running/container.ts';
import type { Image } from '../running/image.ts';
import type { Workspace } from '../ours/source.ts';
import type { Bench, Contract, Point } from './contract.ts';
import { answers, declares, endsOnTerm } from './contract.ts';

const user = userIds.memo;
const scratch = ['/tmp'];

/** All that the images set themselves: no secret among it. */
const variables: Readonly<Record<Workspace, readonly string[]>> = {
  operator: ['PATH', 'NODE_ENV', 'MALLOC_ARENA_MAX', 'MALLOC_TRIM_THRESHOLD_', 'MALLOC_MMAP_THRESHOLD_'],
  service: ['PATH', 'NODE_ENV'],
};

/** Paths of every file of an image, from its root. */
async function filesOf({ root }: Image): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** The packages of an image by their paths, as the lock file names them: `node_modules/pino`, `operator/node_modules/pino`. */
function packagesOf(files: readonly string[]): string[] {
  const path = /^app\/((?:\w+\/)?(?:node_modules\/(?:@[^/]+\/)?[^/]+\/)+)package\.json$/;
  return [...new Set(files.flatMap((file) => path.exec(file)?.[1]?.slice(0, -1) ?? []))];
}

/** What package-lock.json says of each package: `dev` where production does without it. */
function locked(): ReadonlyMap<string, { readonly dev?: boolean }> {
  const file = join(import.meta.dirname, '../../../package-lock.json');
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, { dev?: boolean }> };
  return new Map(Object.entries(packages));
}

/** What both of our images promise. @param megabytes the most that the layers have, uncompressed */
function promises(workspace: Workspace, ports: string[], megabytes: number): Point[] {
  return [
    declares(`ports ${ports.map((port) => port.replace('/tcp', '')).join(' and ')}, started as 65532, no volume`, {
      user: `${user}:${user}`,
      ports,
      volumes: [],
    }),
    {
      says: 'holds Node, the libraries it links and `/app`: no shell, no npm, no other program, nothing that runs with the rights of its owner',
      async check({ image }) {
        const files = await filesOf(image);
        const others = files.filter((file) => !/^(?:app|lib|lib64|usr\/lib)\//.test(file));
        expect(others.sort()).to.deep.equal(['etc/group', 'etc/passwd', 'usr/local/bin/node']);
        const libraries = files.filter((file) => /^(?:lib|lib64|usr\/lib)\//.test(file));
        expect(libraries.filter((file) => !/\.so(?:\.\d+)*$/.test(file))).to.deep.equal([]);
        expect(files.filter((file) => (lstatSync(join(image.root, file)).mode & 0o6000) !== 0)).to.deep.equal([]);
        const shell = await runToEnd(image, { user, scratch, command: ['/bin/sh', '-c', 'echo hello'] });
        expect(shell.status, shell.output).not.to.equal(0);
      },
    },
    {
      says: 'holds the compiled code and its production dependencies: no source, test, source map, script, key or hidden file',
      async check({ image }) {
        const files = await filesOf(image);
        const known = locked();
        const packages = packagesOf(files);
        expect(packages).to.include.members(['node_modules/pino', 'node_modules/commander']);
        expect(packages.filter((path) => known.get(path)?.dev !== undefined || !known.has(path))).to.deep.equal([]);
        expect(files).to.include(`app/${workspace}/dist/main.js`);
        const useless = /\.(?:ts|mts|cts|map|md|sh|pem|key|test\.js)$|\/(?:test|tests|__tests__)\/|(?:^|\/)\./;
        expect(files.filter((file) => useless.test(file))).to.deep.equal([]);
        expect(image.config.Env?.map((entry) => entry.split('=')[0])).to.have.members([...variables[workspace]]);
      },
    },
    {
      says: `has at most ${megabytes} MiB of layers, uncompressed`,
      check({ image }) {
        expect(image.megabytes).to.be.within(100, megabytes);
        return Promise.resolve();
      },
    },
  ];
}

/** The service without a single store: it listens, and is not ready. */
async function serving(bench: Bench): Promise<Container> {
  const env = { DATABASE_URL: 'mysql://memo:memo@127.0.0.1:3306/memo_app', SHUTDOWN_DELAY: '0s' };
  const container = await bench.shared('serving', () => ({ user, scratch, env }));
  await answers(container, get('http://127.0.0.1:9090/livez'), '200');
  return container;
}

/** A request by what the image has: Node alone. */
function get(url: string): string[] {
  return ['/usr/local/bin/node', '--eval', `fetch('${url}').then(({ status }) => console.log(status))`];
}

export const service: Contract = {
  reference: 'memo-service',
  points: [
    ...promises('service', ['8000/tcp', '9090/tcp'], 175),
    {
      says: 'serves with a read-only root, `/tmp` writable; a store that is away keeps nobody from `/livez` and `/health`',
      async check(bench) {
        const container = await serving(bench);
        await answers(container, get('http://127.0.0.1:8000/health'), '503');
        await answers(container, get('http://127.0.0.1:9090/readyz'), '503');
      },
    },
    {
      says: '`migrate` and `topic` are its other commands; 2 is a faulty configuration, 1 what could not be done, with the reason',
      async check({ image }) {
        const away = { DATABASE_URL: 'mysql://memo:memo@127.0.0.1:3306/memo_app', MIGRATION_PATIENCE: '1s' };
        const [faulty, unreachable, topic] = await Promise.all([
          runToEnd(image, { user, scratch, args: ['migrate'] }),
          runToEnd(image, { user, scratch, args: ['migrate'], env: away }),
          runToEnd(image, { user, scratch, args: ['topic'] }),
        ]);
        expect(faulty).to.include({ status: 2 }).and.property('output').to.include('DATABASE_URL');
        expect(unreachable).to.include({ status: 1 }).and.property('output').to.include('no answer for 1 s');
        expect(topic).to.include({ status: 2 }).and.property('output').to.include('KAFKA_BOOTSTRAP_SERVERS');
      },
    },
    {
      says: 'SIGTERM ends it with 0, in order',
      async check(bench) {
        const container = await serving(bench);
        await endsOnTerm(container, 0, 10);
        expect(container.logs()).to.include('stopping');
      },
    },
  ],
  notKept: [],
};

export const operator: Contract = {
  reference: 'memo-operator',
  points: [
    ...promises('operator', ['8080/tcp'], 165),
    {
      says: 'lives with a read-only root, also while the API server does not answer; then it is not ready',
      async check(bench) {
        const container = await waiting(bench);
        await answers(container, get('http://127.0.0.1:8080/readyz'), '503');
      },
    },
    {
      says: 'SIGTERM ends it with 0, in order',
      async check(bench) {
        const container = await waiting(bench);
        await endsOnTerm(container, 0, 10);
        expect(container.logs()).to.include('stopping');
      },
    },
  ],
  notKept: ['the library that reads a kubeconfig: in the image, the operator runs in a pod and nowhere else'],
};

const account = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The operator in a pod whose API server is not there. */
async function waiting(bench: Bench): Promise<Container> {
  const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '6443', POD_NAME: 'memo-operator-0' };
  const files = { [`${account}/token`]: 'token', [`${account}/namespace`]: 'memo-system', [`${account}/ca.crt`]: '' };
  const container = await bench.shared('waiting', () => ({ user, scratch, env, files }));
  await answers(container, get('http://127.0.0.1:8080/livez'), '200');
  return container;
}
