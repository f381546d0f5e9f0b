import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { CLUSTER_KINDS, OPERATOR_KINDS } from './down-named.ts';

const config = resolve(import.meta.dirname, '../../config');

describe('make down CONTEXT=', () => {
  it('takes away every kind that the operator is made of, also where its namespace was there before', () => {
    const files = globSync(['operator/*.yaml', 'rbac/*.yaml'], { cwd: config, exclude: ['**/kustomization.yaml'] });
    const kinds = files.flatMap((file) => {
      return [...readFileSync(join(config, file), 'utf8').matchAll(/^kind: (\w+)$/gm)].map(([, kind = '']) => kind);
    });
    expect(kinds).to.include.members(['Deployment', 'ClusterRole']);
    const plurals = new Set(kinds.map((kind) => `${kind.toLowerCase()}s`));
    expect([...OPERATOR_KINDS, ...CLUSTER_KINDS, 'namespaces']).to.include.members([...plurals]);
  });
});
