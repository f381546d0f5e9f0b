import { expect } from 'chai';
import { claimed, wasPosted } from './ownership.ts';

const kubectl = { manager: 'kubectl', operation: 'Update' as const, fieldsV1: { 'f:data': {} } };

describe('field ownership of a posted object', () => {
  it('turns our entry into one of Apply and leaves those of others alone', () => {
    const ours = { manager: 'ours', operation: 'Update' as const, fieldsV1: { 'f:spec': { 'f:a': {} } } };
    expect(claimed([ours, kubectl], 'ours')).to.deep.equal([{ ...ours, operation: 'Apply' }, kubectl]);
  });

  it('makes one of an entry of Update and one of Apply', () => {
    const posted = { manager: 'ours', operation: 'Update' as const, fieldsV1: { 'f:spec': { 'f:a': {}, 'f:b': {} } } };
    const applied = { manager: 'ours', operation: 'Apply' as const, fieldsV1: { 'f:spec': { 'f:b': {}, 'f:c': {} } } };
    expect(claimed([posted, kubectl, applied], 'ours')).to.deep.equal([
      { ...posted, operation: 'Apply', fieldsV1: { 'f:spec': { 'f:a': {}, 'f:b': {}, 'f:c': {} } } },
      kubectl,
    ]);
  });

  it('is not concerned with a status we wrote', () => {
    const status = { manager: 'ours', operation: 'Update' as const, subresource: 'status', fieldsV1: {} };
    const metadata = { name: 'a', managedFields: [status] };
    expect(wasPosted({ apiVersion: 'v1', kind: 'A', metadata }, 'ours')).to.equal(false);
    expect(claimed([status], 'ours')).to.deep.equal([status]);
  });
});
