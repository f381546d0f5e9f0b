import { expect } from 'chai';
import { resolved } from '../../../../test/operator/harness/rendered.ts';
import { seeing, standing, type Live } from '../../../../test/operator/harness/standing.ts';
import { configHashAnnotation, selector } from '../../api/labels.ts';
import type { MemoAppSpec } from '../../api/memoapp.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { migrationName } from '../jobs/migration.ts';
import { isHeld, withPresentHash } from './hold.ts';
import { templateImage } from './image.ts';

const shop = (spec: MemoAppSpec = {}): ResolvedApp => resolved({ version: '1.4.0', cache: { disabled: {} }, ...spec });
const external = { external: { host: 'db.example', credentialsSecret: { name: 'db' } } };
const before = shop();
const there = standing(before).filter(({ kind }) => kind !== 'Job');
const status = { version: '1.4.0', migratedBy: migrationName(before, seeing(there)) };

/** Of the managed database, unless its address is given. */
function pod(address?: string): Live {
  const env = address === undefined ? [] : [{ name: 'DATABASE_URL', value: address }];
  const metadata = { name: 'shop-api-1', labels: selector(before, 'api') };
  return { kind: 'Pod', metadata, spec: { containers: [{ name: 'api', env }] } };
}

const held = (app: ResolvedApp, objects: readonly Live[], ready = false): boolean =>
  isHeld(app, status, seeing(objects), ready);

describe('the pods of the API stay as they are', () => {
  it('while another release or image waits for its migration, there or not', () => {
    const running = (app: ResolvedApp): Live => ({
      kind: 'Job',
      metadata: { name: migrationName(app, seeing(there)) },
      status: {},
    });
    for (const spec of [{ version: '1.5.0' }, { api: { image: { repository: 'registry.example/memo-service' } } }]) {
      const next = shop(spec);
      expect(held(next, [...there, pod()])).to.equal(true);
      // Also while none of them runs.
      expect(held(next, [...there, running(next)])).to.equal(true);
      const done = { ...running(next), status: { conditions: [{ type: 'Complete', status: 'True' }] } };
      expect(held(next, [...there, pod(), done], true)).to.equal(false);
    }
  });

  it('not for another configuration of their own release, nor where none has served yet', () => {
    const louder = shop({ api: { logLevel: 'debug' } });
    const observed = seeing([...there, pod()]);
    expect(isHeld(louder, status, observed, true)).to.equal(false);
    // On a first install, whether the release was chosen or asked for.
    expect(isHeld(louder, { version: '1.4.0' }, observed, false)).to.equal(false);
    expect(isHeld(louder, undefined, observed, false)).to.equal(false);
    expect(isHeld(shop({ version: '1.5.0' }), undefined, observed, false)).to.equal(false);
  });

  it('not where there are none to stay', () => {
    expect(held(shop({ version: '1.5.0' }), [])).to.equal(false);
  });

  it('until another database can be gone to', () => {
    const moved = shop({ database: external });
    expect(held(moved, [...there, pod()])).to.equal(true);
    expect(held(moved, [...there, pod()], true)).to.equal(false);
    expect(held(moved, [...there, pod('mysql://db.example:3306/memo_app')])).to.equal(false);
  });

  it('but not as a template says that was paused before any pod was made of it', () => {
    const paused = standing(shop({ database: external })).filter(({ kind }) => kind === 'Deployment');
    const objects = [...there.filter(({ kind }) => kind !== 'Deployment'), ...paused, pod()];
    expect(held(shop({ version: '1.5.0' }), objects)).to.equal(false);
    expect(held(shop({ version: '1.5.0', database: external }), objects)).to.equal(false);
  });
});

describe('a template that stays', () => {
  it('is as it is but for the hash of what its pods read, where it has one', () => {
    expect(withPresentHash({}, {})).to.deep.equal({});
    const annotations = { [configHashAnnotation]: 'of before', note: 'ours' };
    const template = { metadata: { annotations, labels: { team: 'blue' } }, spec: { containers: [{ name: 'api' }] } };
    const present = withPresentHash(template, {});
    const hash = present.metadata?.annotations?.[configHashAnnotation];
    expect(hash).to.match(/^[0-9a-f]{16}$/);
    const metadata = { labels: { team: 'blue' }, annotations: { ...annotations, [configHashAnnotation]: hash } };
    expect(present).to.deep.equal({ ...template, metadata });
  });
});

describe('the image of a Deployment that is made anew', () => {
  const gone = seeing(there.filter(({ kind }) => kind !== 'Deployment'));

  it('is that of the release which served, until the next one is migrated', () => {
    const next = shop({ version: '1.5.0' });
    expect(templateImage(next, status, gone)).to.equal('memo-service:1.4.0');
    const migrated = { ...status, migratedBy: migrationName(next, gone) };
    expect(templateImage(next, migrated, gone)).to.equal('memo-service:1.5.0');
  });

  it('is the wanted one where none has served', () => {
    expect(templateImage(shop({ version: '1.5.0' }), { version: '1.4.0' }, gone)).to.equal('memo-service:1.5.0');
  });
});
