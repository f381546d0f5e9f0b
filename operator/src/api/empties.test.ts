import { expect } from 'chai';
import { withoutEmpties } from './empties.ts';

describe('empty words', () => {
  it('are left out as the API server leaves them out, at any depth', () => {
    const term = { topologyKey: 'zone', namespaces: [], labelSelector: { matchLabels: {}, matchExpressions: [] } };
    const podAffinity = { requiredDuringSchedulingIgnoredDuringExecution: [term] };
    expect(withoutEmpties({ podAffinity, podAntiAffinity: {} })).to.deep.equal({
      podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone', labelSelector: {} }] },
      podAntiAffinity: {},
    });
    expect(withoutEmpties([{ key: '', operator: 'Exists', value: '' }])).to.deep.equal([{ operator: 'Exists' }]);
  });

  it('are kept where they are values: of a label, in a list, of a number', () => {
    const said = { matchLabels: { tier: '' }, values: ['', 'a'], tolerationSeconds: 0 };
    expect(withoutEmpties(said)).to.deep.equal(said);
  });

  it('leave everything else as it is, in its order', () => {
    const said = { b: [{ z: 1, a: 'x' }], a: { c: true } };
    expect(JSON.stringify(withoutEmpties(said))).to.equal(JSON.stringify(said));
  });
});
