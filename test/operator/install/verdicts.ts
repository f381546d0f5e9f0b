/** What GitOps tools make of objects: asked of their own code, see `judge/`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { run } from '../../cluster/host/command.ts';
import { ownProgram } from '../../cluster/toolbox/toolbox.ts';

export interface Verdict {
  /** Of a health script in config/argocd/health. */
  readonly argo: { readonly status: string; readonly message: string };
  /** Of the general rules: sigs.k8s.io/cli-utils/pkg/kstatus. */
  readonly kstatus: string;
  /** Of the expressions in config/flux/environment.yaml. `Unknown`: they cannot be evaluated yet, and Flux asks on. */
  readonly flux: string;
}

const config = join(import.meta.dirname, '../../../config');

interface FluxKustomization {
  readonly spec: { readonly healthCheckExprs: readonly object[] };
}

/** One verdict for each object, in their order. */
export async function verdictsOn(objects: readonly object[], script = 'health.lua'): Promise<Verdict[]> {
  const judge = await ownProgram(join(import.meta.dirname, 'judge'));
  const lua = readFileSync(join(config, 'argocd/health', script), 'utf8');
  const delivery = parse(readFileSync(join(config, 'flux/environment.yaml'), 'utf8')) as FluxKustomization;
  const [expressions] = delivery.spec.healthCheckExprs;
  return JSON.parse(await run(judge, [], { input: JSON.stringify({ lua, expressions, objects }) })) as Verdict[];
}
