/**
 * The network policies, judged by an evaluator of the rules of networking.k8s.io/v1: every connection that pods need is let
 * through, and every other one between any two parts is not.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from 'kubernetes-types/networking/v1.js';
import { expect } from 'chai';
import { parse } from 'yaml';
import type { MemoApp } from '../../../operator/src/api/memoapp.ts';
import { labels, operatorLabels, type Part } from '../../../operator/src/api/labels.ts';
import type { KubeObject } from '../../../operator/src/runtime/object.ts';
import type { Observed } from '../../../operator/src/stack/observed.ts';
import { rendered, resolved, seen } from '../harness/rendered.ts';

/** An end of a connection; without labels it is no pod of the cluster. */
interface End {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly address?: string;
}

const parts = ['api', 'database', 'cache', 'events', 'zookeeper', 'migrate', 'topic'] as const;
const numbers = [53, 2181, 2888, 3306, 3888, 6379, 8000, 9090, 9092, 9093];
const world: End = { address: '203.0.113.7' };
const operator: End = { namespace: 'memo-system', labels: operatorLabels };
const neighbour: End = { namespace: 'club', labels: { app: 'other' } };

const withZooKeeper = { events: { managed: { version: '3.9.2', replicas: 3, zooKeeper: { replicas: 3 } } } };
const external = {
  database: { external: { host: 'db', port: 3307, credentialsSecret: { name: 'db' } } },
  cache: { external: { url: 'rediss://cache:6380' } },
  events: { external: { bootstrapServers: ['k1:9094', 'k2:9094'] } },
};

describe('the network policies', () => {
  it('let through what KRaft and the stores need, and nothing else between parts', () => {
    expect(between({})).to.have.members([
      'api database:3306',
      'migrate database:3306',
      'api cache:6379',
      'api events:9092',
      'topic events:9092',
      'events events:9092',
      'events events:9093',
    ]);
  });

  it('let brokers to ZooKeeper and its members to each other, and nobody else', () => {
    expect(between(withZooKeeper)).to.have.members([
      'api database:3306',
      'migrate database:3306',
      'api cache:6379',
      'api events:9092',
      'topic events:9092',
      'events events:9092',
      'events zookeeper:2181',
      'zookeeper zookeeper:2888',
      'zookeeper zookeeper:3888',
    ]);
  });

  it('let parts out to the ports of external stores and to name servers, and nowhere else', () => {
    const policies = policiesOf(external);
    const out = (part: Part): number[] =>
      [53, 443, 3306, 3307, 6379, 6380, 9092, 9094].filter((port) => isAllowed(policies, pod(part), world, port));
    expect(out('api')).to.deep.equal([53, 3307, 6380, 9094]);
    expect(out('migrate')).to.deep.equal([53, 3307]);
    expect(out('topic')).to.deep.equal([53, 9094]);
    expect(isAllowed(policies, pod('api'), world, 53, 'UDP')).to.equal(true);
    expect(between(external)).to.deep.equal([]);
  });

  it('let the API out to the published keys of a token issuer, where tokens are asked for, and to no other port', () => {
    const issued = { issuer: 'i', audience: 'a' };
    const out = (jwt: object): number[] => {
      const policies = policiesOf({ api: { auth: { jwt: { ...issued, ...jwt } } } });
      return [80, 443, 8443].filter((port) => isAllowed(policies, pod('api'), world, port));
    };
    expect(out({ jwks: { url: 'https://id.example/keys' } })).to.deep.equal([443]);
    expect(out({ jwks: { url: 'http://id.example/keys' } })).to.deep.equal([80]);
    expect(out({ jwks: { url: 'https://[::1]:8443/keys' } })).to.deep.equal([8443]);
    expect(out({ secret: { name: 'tokens', key: 'k' } })).to.deep.equal([]);
  });

  describe('while pods of the API are there that use other stores than the spec asks for', () => {
    const old = (environment: Readonly<Record<string, string>>, more: readonly KubeObject[] = []): Observed => {
      const env = Object.entries(environment).map(([name, value]) => ({ name, value }));
      const metadata = { name: 'shop-api-1', labels: labels({ name: 'shop', commonLabels: {} }, 'api') };
      return seen([{ kind: 'Pod', apiVersion: 'v1', metadata, spec: { containers: [{ name: 'api', env }] } }, ...more]);
    };
    const ofManaged = { DATABASE_URL_FILE: '/run/secrets/memo/database/uri' };
    const out = (policies: readonly NetworkPolicy[]): number[] => {
      return [3306, 3307, 3308, 4443, 6379, 6399, 9092, 9099].filter((port) =>
        isAllowed(policies, pod('api'), world, port),
      );
    };

    it('let them, and nobody else, to what they use', () => {
      const elsewhere = {
        DATABASE_URL: 'mysql://old:3308/memo_app',
        REDIS_URL: 'redis://old:6399/1',
        KAFKA_BOOTSTRAP_SERVERS: 'old:9099',
        AUTH_JWT_JWKS_URL: 'https://old:4443/keys',
      };
      const policies = policiesOf(external, old(elsewhere));
      expect(out(policies)).to.deep.equal([3307, 3308, 4443, 6399, 9099]);
      expect(isAllowed(policies, pod('migrate'), world, 3308)).to.equal(false);
      expect(out(policiesOf({}, old({ DATABASE_URL: 'mysql://old/memo_app' })))).to.deep.equal([3306]);
    });

    it('let them to the managed stores of before', () => {
      const withCache = { ...ofManaged, REDIS_URL_FILE: '/run/secrets/memo/cache/uri' };
      expect(between(external, old(withCache))).to.have.members(['api database:3306', 'api cache:6379']);
      expect(between(external)).to.deep.equal([]);
    });

    describe('and the database is the same', () => {
      const ofOurs = {
        ...ofManaged,
        REDIS_URL_FILE: '/run/secrets/memo/cache/uri',
        KAFKA_BOOTSTRAP_SERVERS: 'shop-events.club.svc:9092',
      };
      const ofOthers = {
        ...ofManaged,
        REDIS_URL: 'redis://old:6399/1',
        KAFKA_BOOTSTRAP_SERVERS: 'old:9099,older:9100',
      };
      const toCache = ['api cache:6379'];
      const toBrokers = ['api events:9092', 'events events:9092', 'events events:9093'];
      const left = {
        disabled: { cache: { disabled: {} }, events: { disabled: {} } },
        external: { cache: external.cache, events: external.events },
      };

      for (const [mode, spec] of Object.entries(left)) {
        it(`let them to the managed cache when it is ${mode}, and not after them`, () => {
          expect(between({ cache: spec.cache }, old(ofOurs))).to.include.members(toCache);
          expect(between({ cache: spec.cache })).not.to.include.members(toCache);
        });

        it(`let them to the managed brokers when they are ${mode}, and these to each other, and not after them`, () => {
          const during = between({ events: spec.events }, old(ofOurs));
          expect(during).to.have.members(['api database:3306', 'migrate database:3306', ...toCache, ...toBrokers]);
          const after = between({ events: spec.events });
          expect(after).to.have.members(['api database:3306', 'migrate database:3306', ...toCache]);
        });
      }

      it('let brokers of before to their ZooKeeper', () => {
        const zooKeeper = { kind: 'StatefulSet', apiVersion: 'apps/v1', metadata: { name: 'shop-zookeeper' } };
        const found = between(left.disabled, old(ofOurs, [zooKeeper]));
        expect(found).to.include.members(['events events:9092', 'events zookeeper:2181', 'zookeeper zookeeper:2888']);
      });

      it('let them to the stores of others when ours are wanted, and not after them', () => {
        const ports = (policies: readonly NetworkPolicy[]): number[] =>
          [6379, 6399, 9092, 9099, 9100].filter((port) => isAllowed(policies, pod('api'), world, port));
        for (const spec of [{}, left.disabled]) {
          expect(ports(policiesOf(spec, old(ofOthers)))).to.deep.equal([6399, 9099, 9100]);
          expect(ports(policiesOf(spec))).to.deep.equal([]);
        }
      });

      it('let them to the keys of the issuer of before', () => {
        const jwks = { AUTH_JWT_JWKS_URL: 'https://old:4443/keys' };
        expect(out(policiesOf({}, old({ ...ofOurs, ...jwks })))).to.deep.equal([4443]);
        expect(out(policiesOf({}, old(ofOurs)))).to.deep.equal([]);
      });

      it('stay what they are for pods of today', () => {
        expect(policiesOf({}, old(ofOurs))).to.deep.equal(policiesOf({}));
        const ofToday = {
          DATABASE_URL: 'mysql://db:3307/memo_app',
          REDIS_URL: external.cache.external.url,
          KAFKA_BOOTSTRAP_SERVERS: external.events.external.bootstrapServers.join(','),
        };
        expect(policiesOf(external, old(ofToday))).to.deep.equal(policiesOf(external));
      });
    });

    it('are made also where the address of before was none', () => {
      const policies = policiesOf(external, old({ DATABASE_URL: 'mysql://[fd00::1::2]:3308/memo_app' }));
      expect(out(policies)).to.include(3308);
    });
  });

  it('let no store out at all', () => {
    const policies = policiesOf({});
    for (const part of ['database', 'cache'] as const) {
      for (const port of [53, 80, 443]) expect(isAllowed(policies, pod(part), world, port)).to.equal(false);
    }
  });

  it('let anybody to the API, and nobody but the operator to its probes and metrics', () => {
    const policies = policiesOf({});
    for (const from of [world, neighbour]) {
      expect(isAllowed(policies, from, pod('api'), 8000)).to.equal(true);
      expect(isAllowed(policies, from, pod('api'), 9090)).to.equal(false);
      for (const part of ['database', 'cache', 'events'] as const) {
        for (const port of numbers) expect(isAllowed(policies, from, pod(part), port), part).to.equal(false);
      }
    }
    expect(isAllowed(policies, operator, pod('api'), 9090)).to.equal(true);
    expect(isAllowed(policies, { ...operator, namespace: 'elsewhere' }, pod('api'), 9090)).to.equal(false);
    expect(isAllowed(policies, operator, pod('database'), 3306)).to.equal(false);
  });

  it('let only those to the API that allowFrom names', () => {
    const traefik: End = { namespace: 'traefik', labels: { app: 'traefik' } };
    const policies = policiesOf({
      networkPolicy: {
        allowFrom: [
          { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'traefik' } } },
          { podSelector: { matchLabels: { app: 'other' } } },
          { ipBlock: { cidr: '203.0.113.0/24', except: ['203.0.113.128/25'] } },
        ],
      },
    });
    const reaches = (from: End): boolean => isAllowed(policies, from, pod('api'), 8000);
    expect([traefik, neighbour, world].map(reaches)).to.deep.equal([true, true, true]);
    expect(reaches({ address: '203.0.113.200' })).to.equal(false);
    expect(reaches({ ...neighbour, namespace: 'elsewhere' })).to.equal(false);
    expect(reaches(operator)).to.equal(false);
  });

  it('of docs/install.md let the operator out of a closed namespace, to what it asks and nothing else', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/install.md'), 'utf8');
    const blocks = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block = '']) => parse(block) as NetworkPolicy);
    const policies = [...blocks.filter(({ kind }) => kind === 'NetworkPolicy'), ...policiesOf(external)];
    expect(isAllowed(policies, operator, pod('api'), 9090)).to.equal(true);
    expect(isAllowed(policies, operator, world, 6443)).to.equal(true);
    for (const [to, port] of [
      [pod('api'), 8000],
      [neighbour, 9090],
      [world, 9090],
      [world, 80],
    ] as const)
      expect(isAllowed(policies, operator, to, port), `${port}`).to.equal(false);
  });

  it('are not there when they are disabled', () => {
    expect(policiesOf({ networkPolicy: { mode: 'Disabled' } })).to.deep.equal([]);
  });
});

/** Every connection between two parts that is let through, as `from to:port`. */
function between(spec: MemoApp['spec'], observed = seen()): string[] {
  const policies = policiesOf(spec, observed);
  const found = [];
  for (const from of parts) {
    for (const to of parts) {
      for (const port of numbers) {
        // Everybody may be a client of the API.
        if (to === 'api' && port === 8000) continue;
        if (isAllowed(policies, pod(from), pod(to), port) && isThere(policies, to)) found.push(`${from} ${to}:${port}`);
      }
    }
  }
  return found;
}

/** A part without a policy is one that the spec does without. */
function isThere(policies: readonly NetworkPolicy[], part: Part): boolean {
  return policies.some((policy) => selects(policy, pod(part)));
}

function policiesOf(spec: MemoApp['spec'], observed = seen()): NetworkPolicy[] {
  const app = resolved(spec, { operatorNamespace: 'memo-system' });
  return rendered(app, observed).filter(({ kind }) => kind === 'NetworkPolicy') as unknown[] as NetworkPolicy[];
}

function pod(part: Part): End {
  return { namespace: 'club', labels: labels({ name: 'shop', commonLabels: {} }, part) };
}

/** Both ends must agree; an end that no policy selects agrees to everything. */
function isAllowed(policies: readonly NetworkPolicy[], from: End, to: End, port: number, protocol = 'TCP'): boolean {
  const leaving = policies.filter((policy) => selects(policy, from));
  const entering = policies.filter((policy) => selects(policy, to));
  const out = leaving.flatMap(({ spec }) => spec?.egress ?? []);
  const into = entering.flatMap(({ spec }) => spec?.ingress ?? []);
  const opens = (ports: readonly NetworkPolicyPort[] | undefined): boolean =>
    !ports || ports.some((open) => open.port === port && open.protocol === protocol);
  return (
    (leaving.length === 0 || out.some((rule) => opens(rule.ports) && matchesAny(rule.to, to))) &&
    (entering.length === 0 || into.some((rule) => opens(rule.ports) && matchesAny(rule.from, from)))
  );
}

function selects({ metadata, spec }: NetworkPolicy, end: End): boolean {
  return end.namespace === metadata?.namespace && carries(end.labels, spec?.podSelector.matchLabels);
}

function matchesAny(peers: readonly NetworkPolicyPeer[] | undefined, end: End): boolean {
  return !peers || peers.some((peer) => matches(peer, end));
}

function matches({ ipBlock, namespaceSelector, podSelector }: NetworkPolicyPeer, end: End): boolean {
  if (ipBlock) return isWithin(ipBlock.cidr, end) && !(ipBlock.except ?? []).some((part) => isWithin(part, end));
  if (end.namespace === undefined) return false;
  const inNamespace = namespaceSelector
    ? carries({ 'kubernetes.io/metadata.name': end.namespace }, namespaceSelector.matchLabels)
    : end.namespace === 'club';
  return inNamespace && (!podSelector || carries(end.labels, podSelector.matchLabels));
}

function carries(
  has: Readonly<Record<string, string>> | undefined,
  wanted: Readonly<Record<string, string>> = {},
): boolean {
  return has !== undefined && Object.entries(wanted).every(([name, value]) => has[name] === value);
}

/** IPv4 alone. */
function isWithin(cidr: string, { address }: End): boolean {
  if (address === undefined) return false;
  const [network = '', length = '32'] = cidr.split('/');
  const bits = (text: string): string =>
    text
      .split('.')
      .map((byte) => Number(byte).toString(2).padStart(8, '0'))
      .join('');
  return bits(network).slice(0, Number(length)) === bits(address).slice(0, Number(length));
}
