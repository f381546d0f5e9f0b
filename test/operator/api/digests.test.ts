/** An image by its digest has its version said beside it, by the real API server: nothing else tells what runs then. */
import { expect } from 'chai';
import { parse } from 'yaml';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import { install } from '../harness/install.ts';
import { kubectlOn, memoApp, type Answer, type Kubectl } from '../harness/kubectl.ts';
import { apply, done } from '../harness/live.ts';
import { crdText } from '../harness/schema.ts';
import { until } from '../harness/until.ts';

interface Image {
  readonly repository?: string;
  readonly digest?: string;
}

interface Part {
  /** The object that holds the image. */
  readonly at: string;
  /** The field beside the digest. */
  readonly version: string;
  readonly older: string;
  readonly newer: string;
  readonly spec: (image: Image, version?: string) => object;
}

const parts: readonly Part[] = [
  {
    at: 'spec.api',
    version: 'spec.version',
    older: '1.4.0',
    newer: '1.5.0',
    spec: (image, version) => ({ version, api: { image } }),
  },
  {
    at: 'spec.database.managed',
    version: 'spec.database.managed.version',
    older: '11.8',
    newer: '12.0',
    spec: (image, version) => ({ database: { managed: { image, version } } }),
  },
  {
    at: 'spec.cache.managed',
    version: 'spec.cache.managed.version',
    older: '8.0',
    newer: '8.2',
    spec: (image, version) => ({ cache: { managed: { image, version } } }),
  },
  {
    at: 'spec.events.managed',
    version: 'spec.events.managed.version',
    older: '4.2.0',
    newer: '4.2.1',
    spec: (image, version) => ({ events: { managed: { image, version } } }),
  },
  {
    at: 'spec.events.managed.zooKeeper',
    version: 'spec.events.managed.zooKeeper.version',
    older: '3.8',
    newer: '3.9',
    spec: (image, version) => ({ events: { managed: { zooKeeper: { image, version } } } }),
  },
];

const digest = `sha256:${'1'.repeat(64)}`;
const another = `sha256:${'2'.repeat(64)}`;

describe('an image by its digest', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let kubectl: Kubectl;

  before(async () => {
    cluster = await startCluster({ name: 'test-digests', rung: 1 });
    kubectl = await kubectlOn(cluster);
    await install(kubectl);
  });

  after(async () => await cluster.stop());

  async function applied(name: string, spec: object): Promise<Answer> {
    return await kubectl(['apply', '-f', '-'], memoApp(name, spec));
  }

  /** One after the other. */
  async function taken(name: string, ...specs: readonly object[]): Promise<void> {
    for (const spec of specs) await apply(kubectl, memoApp(name, spec));
  }

  for (const [index, { at, newer, older, spec, version }] of parts.entries()) {
    const name = `app-${index}`;

    function expectRefused({ code, stderr }: Answer): void {
      expect(code, 'accepted').not.to.equal(0);
      expect(stderr).to.contain(`${at}.image.digest: Invalid value`);
      expect(stderr).to.contain(`${at}.image.digest needs ${version} beside it`);
      expect(stderr).to.contain('for another version change both, or remove the digest');
    }

    describe(`in ${at}`, () => {
      it('is refused without its version', async () => {
        expectRefused(await applied(name, spec({ digest })));
      });

      it('keeps its version, wherever it is pulled from', async () => {
        await taken(name, spec({}, older), spec({ digest }, older));
        expectRefused(await applied(name, spec({ digest }, newer)));
        expectRefused(await applied(name, spec({ digest })));
        const mirrored = { repository: 'registry.example/mirror', digest };
        expectRefused(await applied(name, spec(mirrored, newer)));
        await taken(name, spec(mirrored, older));
      });

      it('gives way to another image of the version, to another of both, and to a tag', async () => {
        await taken(name, spec({ digest }, older), spec({ digest: another }, older), spec({ digest }, newer));
        expectRefused(await applied(name, spec({ digest: another })));
        await taken(name, spec({}, newer));
      });
    });
  }

  it('stays as it was stored, of whatever version, and can be told its version', async () => {
    const stored = (at: string): string => at.toLowerCase().replaceAll('.', '-');
    await apply(kubectl, withoutRules());
    await until('no word about digests', async () => await takesDigestAlone());
    for (const { at, spec } of parts) await taken(stored(at), spec({ digest }));
    await done(kubectl, ['apply', '-f', '-'], crdText);
    await until('a word about digests', async () => !(await takesDigestAlone()));

    for (const { at, newer, spec } of parts) {
      const name = stored(at);
      const status = JSON.stringify({ status: { version: '1.4.0' } });
      await done(kubectl, ['patch', 'memoapp', name, '--subresource=status', '--type=merge', '-p', status]);
      await done(kubectl, ['label', 'memoapp', name, 'team=club']);
      await done(kubectl, ['scale', `memoapp/${name}`, '--replicas=3']);
      await taken(name, spec({ digest }));
      expect((await applied(name, spec({ digest: another }))).stderr).to.contain('beside it');
      await taken(name, spec({ digest }, newer));
      expect((await applied(name, spec({ digest }))).stderr).to.contain('beside it');
    }
  });

  async function takesDigestAlone(): Promise<boolean> {
    const app = memoApp('asked', { api: { image: { digest } } });
    return (await kubectl(['create', '--dry-run=server', '-f', '-'], app)).code === 0;
  }
});

/** The kind as it was before a digest needed its version. */
function withoutRules(): object {
  const isOurs = ({ message }: { message: string }): boolean => message.includes('image.digest needs');
  return JSON.parse(JSON.stringify(parse(crdText)), (name, value: unknown) =>
    name === 'x-kubernetes-validations' ? (value as { message: string }[]).filter((rule) => !isOurs(rule)) : value,
  ) as object;
}
