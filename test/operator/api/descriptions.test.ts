/** What `kubectl explain` and docs/spec.md say of each field. */
import { expect } from 'chai';
import { examples, fields, leaves, schema, written } from '../harness/schema.ts';

describe('the descriptions of the schema', () => {
  const spec = schema('spec');

  it('are there for every field', () => {
    const mute = fields(spec).filter(([, { description = '' }]) => description.trim() === '');
    expect(mute.map(([path]) => written(path))).to.deep.equal([]);
    expect(fields(spec)).to.have.length.above(300);
  });

  it('give an example of every value, but where the words to choose from stand beside it', () => {
    const values = leaves(spec).filter(([, field]) => field.enum === undefined);
    expect(values.filter(([, field]) => examples(field).length === 0).map(([path]) => written(path))).to.deep.equal([]);
    expect(values).to.have.length.above(150);
  });
});
