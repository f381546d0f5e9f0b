/** The day before the diary begins: the operator, and a MemoApp that is Ready. */
import { home } from './desk.ts';
import type { ActRecord, EntryRecord, Tally } from './record.ts';
import { saidOf } from './said.ts';
import type { Place } from './place.ts';
import { Watch } from './watch.ts';

const operator = [
  'kubectl apply --server-side -k crds',
  'kubectl apply --server-side -k config/default',
  'kubectl rollout status -n memo-system deployment/memo-operator --timeout=2m',
];

const memoApp = [
  `kubectl create namespace ${home.namespace}`,
  `kubectl label namespace ${home.namespace} pod-security.kubernetes.io/enforce=restricted`,
  `kubectl config set-context --current --namespace=${home.namespace}`,
  'kubectl apply -f memo.yaml',
  `kubectl wait --for=condition=Ready memoapp/${home.name} --timeout=10m`,
];

/** @returns what was done, and a watch that goes on */
export async function install({ kubectl, shell }: Place): Promise<{ entry: EntryRecord; watch: Watch }> {
  const first = await timed(async () => await shell.run(operator));
  const watch = new Watch(kubectl, home.namespace);
  const second = await timed(async () => await shell.run(memoApp));
  const said = saidOf(undefined, watch.since(second.start, home.name), second.start);
  const acts = [
    plain({ what: 'The operator', typed: operator, until: 'its pod serves', seconds: first.seconds, said: [] }),
    plain({ what: 'The MemoApp', typed: memoApp, until: '`Ready` is True', seconds: second.seconds, said }),
  ];
  const entry = { name: 'install', title: 'Before', occasion: '', prepared: [], acts, lesson: '' };
  return { entry, watch };
}

async function timed(work: () => Promise<unknown>): Promise<{ start: number; seconds: number }> {
  const start = performance.now();
  await work();
  return { start, seconds: (performance.now() - start) / 1000 };
}

const nobody: Tally = { asked: 0, refused: 0, missing: 0, wrong: 0, refusedSeconds: 0, why: [], slowestSeconds: 0 };

/** An act before anybody used the app. */
function plain(act: Pick<ActRecord, 'what' | 'typed' | 'until' | 'seconds' | 'said'>): ActRecord {
  const without = { warnings: [], apiAwaySeconds: 0, pods: [], needless: [], shown: [], found: [] };
  return { ...act, ...without, reads: nobody, writes: nobody };
}
