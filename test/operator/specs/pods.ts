/** Specs whose pods the API server would refuse, long after it has taken the MemoApp. */
import type { Refused } from './refused.ts';

const podsOf: Readonly<Record<string, (pod: object) => object>> = {
  'api.pod': (pod) => ({ api: { pod } }),
  'database.managed.pod': (pod) => ({ database: { managed: { pod } } }),
  'cache.managed.pod': (pod) => ({ cache: { managed: { pod } } }),
  'events.managed.pod': (pod) => ({ events: { managed: { pod } } }),
};

const noKeys: readonly string[] = [
  'my team',
  '-team',
  'team_',
  '/team',
  'example.org/',
  'example..org/team',
  'example.org/a/b',
  `example.org/${'a'.repeat(64)}`,
  `${'a'.repeat(254)}/team`,
];

const maps = ['labels', 'annotations', 'nodeSelector'] as const;

export const refusedPods: readonly Refused[] = [
  ...Object.entries(podsOf).flatMap(([path, spec]) =>
    maps.map((map): Refused => {
      const where = new RegExp(`spec\\.${path}\\.${map} has a key that is none: write it as .*example\\.org/`);
      return [`a key in ${path}.${map} that is none`, spec({ [map]: { 'my team': 'club' } }), where];
    }),
  ),
  ...noKeys.map((key): Refused => [`the label ${key}`, { api: { pod: { labels: { [key]: 'club' } } } }, /has a key/]),
  ['a common label that is none', { commonLabels: { 'example..org/team': 'club' } }, /spec\.commonLabels has a key/],
  ['a node of two words', { api: { pod: { nodeSelector: { disk: 'very fast' } } } }, /spec\.api\.pod\.nodeSelector/],
];
