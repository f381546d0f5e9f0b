/** What the test of an upgrade says, without an upgrade: of which change, and where a row of docs/upgrades.md is about it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { thisTree } from '../harness/operator.ts';
import { announcements, fresh, type Announcement } from './announcements.ts';
import { changes } from './changes.ts';
import type { Workload } from './holding.ts';
import { replaced, unannounced, verdict } from './replaced.ts';

function page(...rows: readonly string[]): string {
  return ['# Upgrades', '', '| part | with | why |', '|---|---|---|', ...rows, '', 'The rest.', ''].join('\n');
}

function broker(periodSeconds: number, pods: readonly string[], replicas = 3): Workload {
  const readinessProbe = { tcpSocket: { port: 9092 }, periodSeconds };
  const template = { spec: { containers: [{ name: 'kafka', readinessProbe }] } };
  const files = { events: { 'server.properties': `period=${periodSeconds}\nport=9092\n` } };
  const source = { uid: 'set', replicas, template, files };
  return { kind: 'StatefulSet', name: 'shop-events', app: 'shop', part: 'events', source, pods };
}

const pods = ['a', 'b', 'c'];

describe('what an upgrade does to pods', () => {
  it('is nothing where they and their template are the same', () => {
    expect(replaced([broker(5, pods)], [broker(5, pods)])).to.deep.equal([]);
    expect(replaced([broker(5, [])], [broker(6, [])]), 'nobody is restarted').to.deep.equal([]);
  });

  it('is told with the field that did it, before and after', () => {
    const told = verdict(replaced([broker(5, pods)], [broker(6, ['d', 'b', 'c'])]), 'c13a1aa (The commit before)');
    expect(told.split('\n')[0]).to.contain('events (several brokers)').and.to.contain('docs/upgrades.md');
    expect(told).to.contain('StatefulSet shop-events\n');
    expect(told).to.contain('template.spec.containers[kafka].readinessProbe.periodSeconds: 5 → 6');
    expect(told).to.contain('files.events.server.properties: + period=6').and.not.to.contain('port=9092');
    expect(told).to.contain('c13a1aa (The commit before)').and.to.contain('| events (several brokers) | ');
  });

  it('is told of scripts by their lines, and of lists that are only in another order', () => {
    const started = (script: string): object => ({ exec: { command: ['/bin/bash', '-c', script] } });
    expect(changes(started('a\nb\n'), started('a\nc\n'))).to.deep.equal([
      'exec.command[2]: - b',
      'exec.command[2]: + c',
    ]);
    const env = (...names: readonly string[]): object => ({ env: names.map((name) => ({ name, value: 'x' })) });
    expect(changes(env('A', 'B'), env('B', 'A'))).to.deep.equal(['env: in another order']);
    expect(changes(env('A'), env('A', 'B'))).to.deep.equal(['env[B]: absent → {"name":"B","value":"x"}']);
  });

  it('is seen while the pods are still the old ones, and where only they are new', () => {
    expect(replaced([broker(5, pods)], [broker(6, pods)])).to.have.length(1);
    expect(replaced([broker(5, pods)], [broker(5, ['a', 'b', 'd'])])[0]?.how.join()).to.contain('other pods');
    expect(replaced([broker(5, pods)], [broker(5, [...pods, 'd'], 4)])[0]?.how).to.include('replicas: 3 → 4');
    expect(replaced([broker(5, pods)], [])[0]?.how).to.deep.equal(['is gone']);
  });
});

describe('a row of docs/upgrades.md', () => {
  const found = replaced([broker(5, pods)], [broker(6, pods)]);

  function left(...parts: readonly string[]): number {
    const rows: Announcement[] = parts.map((part) => ({ part, release: '0.2.0', why: 'it is' }));
    return unannounced(found, rows).length;
  }

  it('announces its part, or the sort of it that it names', () => {
    expect(left('events')).to.equal(0);
    expect(left('zookeeper', 'events (several brokers)')).to.equal(0);
    expect(left('events (one broker)')).to.equal(1);
    expect(left('database')).to.equal(1);
  });

  it('is about one upgrade: once it was there before, it lets nothing through', () => {
    const row = '| events | 0.2.0 | started means in sync |';
    expect(fresh(page(row), undefined)).to.deep.equal([
      { part: 'events', release: '0.2.0', why: 'started means in sync' },
    ]);
    expect(fresh(page(row), page())).to.have.length(1);
    expect(fresh(page(row), page('|  events | 0.2.0  | started means in sync|'))).to.deep.equal([]);
    expect(fresh(page(row), page(row))).to.deep.equal([]);
    expect(fresh(page(row, '| events | 0.2.0 | names are fresh |'), page(row))).to.have.length(1);
  });

  it('has all its cells', () => {
    expect(() => announcements(page('| events | 0.2.0 | |'))).to.throw('a row needs part, release and reason');
    expect(() => announcements('no table')).to.throw('no table');
    expect(() => announcements(readFileSync(join(thisTree, 'docs/upgrades.md'), 'utf8'))).not.to.throw();
  });
});
