import { expect } from 'chai';
import type { KubeObject, ManagedFieldsEntry } from '../object.ts';
import { extract } from './extraction.ts';

/** As the API server wrote them down, shortened. */
const ours: ManagedFieldsEntry = {
  manager: 'ours',
  operation: 'Apply',
  fieldsV1: {
    'f:metadata': { 'f:finalizers': { '.': {}, 'v:"ours.example/one"': {} } },
    'f:spec': {
      'f:template': {
        'f:metadata': { 'f:annotations': { '.': {}, 'f:hash': {} } },
        'f:spec': {
          'f:containers': {
            'k:{"name":"api"}': {
              '.': {},
              'f:args': {},
              'f:env': { '.': {}, 'k:{"name":"A"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
              'f:name': {},
              'f:ports': { '.': {}, 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
            },
          },
          'f:nodeSelector': {},
          'f:securityContext': { '.': {} },
          'f:volumes': { '.': {}, 'k:{"name":"tmp"}': { '.': {}, 'f:emptyDir': {}, 'f:name': {} } },
        },
      },
    },
  },
};
const others: ManagedFieldsEntry = {
  manager: 'others',
  operation: 'Update',
  fieldsV1: { 'f:spec': { 'f:paused': {} } },
};

function live(...managedFields: ManagedFieldsEntry[]): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'a', uid: 'u', finalizers: ['others.example/one', 'ours.example/one'], managedFields },
    spec: {
      paused: true,
      template: {
        metadata: {
          annotations: { hash: '1', 'kubectl.kubernetes.io/restartedAt': 'today' },
          labels: { team: 'blue' },
        },
        spec: {
          containers: [
            { name: 'proxy', image: 'p' },
            {
              name: 'api',
              args: ['a', 'b'],
              env: [
                { name: 'B', value: 'theirs' },
                { name: 'A', value: '' },
              ],
              imagePullPolicy: 'Always',
              ports: [{ containerPort: 80, protocol: 'TCP' }],
            },
          ],
          nodeSelector: { disk: 'ssd' },
          securityContext: { runAsUser: 1 },
          volumes: [{ name: 'tmp', emptyDir: {} }],
        },
      },
    },
    status: { replicas: 1 },
  };
}

describe('what a field manager has put into an object', () => {
  it('is its own fields and items, and nothing that others or the API server have added', () => {
    expect(extract(live(others, ours), 'ours')).to.deep.equal({
      metadata: { finalizers: ['ours.example/one'] },
      spec: {
        template: {
          metadata: { annotations: { hash: '1' } },
          spec: {
            containers: [
              {
                name: 'api',
                args: ['a', 'b'],
                env: [{ name: 'A', value: '' }],
                ports: [{ containerPort: 80, protocol: 'TCP' }],
              },
            ],
            nodeSelector: { disk: 'ssd' },
            securityContext: {},
            volumes: [{ name: 'tmp', emptyDir: {} }],
          },
        },
      },
    });
  });

  it('is what it wrote in either way, and not what it said of the status', () => {
    const posted: ManagedFieldsEntry = {
      manager: 'ours',
      operation: 'Update',
      fieldsV1: { 'f:spec': { 'f:paused': {} } },
    };
    const status = { ...posted, subresource: 'status', fieldsV1: { 'f:status': { 'f:replicas': {} } } };
    const applied: ManagedFieldsEntry = { ...posted, operation: 'Apply', fieldsV1: { 'f:kind': {} } };
    expect(extract(live(posted, applied, status), 'ours')).to.deep.equal({
      kind: 'Deployment',
      spec: { paused: true },
    });
  });

  it('is nothing where it has none, or where what it had is gone', () => {
    expect(extract(live(others), 'ours')).to.deep.equal({});
    const gone: ManagedFieldsEntry = { ...ours, fieldsV1: { 'f:spec': { 'f:strategy': { 'f:type': {} } } } };
    expect(extract(live(gone), 'ours')).to.deep.equal({ spec: {} });
  });
});
