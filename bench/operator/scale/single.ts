/** One MemoApp after the other: how long until all its children exist, beside the same objects applied side by side. */
import { kindOf } from '../../../operator/src/runtime/object.ts';
import { childrenOf, memoAppOf, type AppName } from './children.ts';
import { quantile } from '../../quantile.ts';
import { sideBySide, type Field } from './field.ts';
import type { Asked } from './ledger.ts';

export interface SingleResult {
  readonly children: number;
  /** Milliseconds from the answer to the MemoApp's creation to the answer for the last child, median. */
  readonly operatorMs: number;
  /** The same children by parallel server-side apply, median. */
  readonly rawMs: number;
  readonly ratio: number;
  readonly writesPerApp: number;
}

const ROUNDS = 15;
const namespace = 'single';

export async function measureSingle(field: Field): Promise<SingleResult> {
  const { admin } = field;
  await admin.create({ ...kindOf('v1', 'Namespace'), metadata: { name: namespace } });
  const operator: number[] = [];
  const raw: number[] = [];
  let writes = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const app = { namespace, name: `app-${round}` };
    const wanted = childrenOf(app).length;
    field.begin();
    await admin.create(memoAppOf(app));
    await field.until(`children of ${app.name}`, 60, () => childWrites(field.writes()).length >= wanted);
    await field.quiet(1);
    operator.push(lastAnswer(childWrites(field.writes()).slice(0, wanted)) - lastAnswer(creations(field, app)));
    writes += field.writes().length;
    raw.push(await rawRound(field, { namespace, name: `raw-${round}` }));
  }
  const [operatorMs, rawMs] = [quantile(operator, 0.5), quantile(raw, 0.5)];
  return {
    children: childrenOf({ namespace, name: 'app' }).length,
    operatorMs,
    rawMs,
    ratio: operatorMs / rawMs,
    writesPerApp: writes / ROUNDS,
  };
}

async function rawRound(field: Field, app: AppName): Promise<number> {
  field.begin();
  const children = childrenOf(app);
  const apply = (child: (typeof children)[number]): Promise<unknown> =>
    field.admin.apply(child, { fieldManager: 'bench', force: true });
  await sideBySide(children, apply, children.length);
  const patches = (): Asked[] => field.asked().filter(({ verb, name }) => verb === 'patch' && name.includes(app.name));
  await field.until('raw children', 30, () => patches().length >= children.length);
  return lastAnswer(patches()) - Math.min(...patches().map(({ received }) => received));
}

function creations(field: Field, app: AppName): Asked[] {
  return field
    .asked()
    .filter(({ resource, verb, name }) => resource === 'memoapps' && verb === 'create' && name === app.name);
}

/** A child counts once, at its first write. */
export function childWrites(writes: readonly Asked[]): Asked[] {
  const seen = new Map<string, Asked>();
  for (const write of writes) {
    const key = `${write.namespace}/${write.resource}/${write.name}`;
    if (write.resource !== 'memoapps' && !seen.has(key)) seen.set(key, write);
  }
  return [...seen.values()];
}

export function lastAnswer(asked: readonly Asked[]): number {
  return Math.max(...asked.map(({ answered }) => answered));
}
