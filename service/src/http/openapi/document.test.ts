import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { parseCreate, parseUpdate } from '../../memos/schemas.ts';
import { asBoolean, asInteger } from '../input/lax.ts';
import { operationOf, placeOf } from '../operations.ts';
import { Problem } from '../errors/problem.ts';
import { openApiDocument } from './document.ts';

const open = { tokens: false, limited: new Set([]), prefix: '' } as const;

/** Whether the service takes a body, whatever else it may say of it. */
function taken(parse: (body: unknown, most: number) => unknown, body: unknown): boolean {
  try {
    parse(body, 1_048_576);
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

/** As the document would have it sent: the service also takes what the original took for an integer or a boolean. */
function plain(sent: object): object {
  const read: Readonly<Record<string, (value: unknown) => unknown>> = { priority: asInteger, is_archived: asBoolean };
  return Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, read[name]?.(value) ?? value]));
}

/** Members of a memo that are right, nearly right or wrong. */
function member(...good: fc.Arbitrary<unknown>[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    ...good,
    fc.constantFrom<unknown>(null, '', 0, 5, 1.5, -1, 1e300, true, [], ['a', 1], {}, 'x'.repeat(101), '🙂'.repeat(100)),
  );
}

const body = fc.record(
  {
    title: member(fc.string({ minLength: 1, maxLength: 100 })),
    content: member(fc.string({ minLength: 1 })),
    tags: member(fc.array(fc.string())),
    priority: member(fc.integer({ min: 1, max: 4 })),
    category: member(fc.string({ maxLength: 50 })),
    is_archived: member(fc.boolean()),
    author: member(fc.string({ maxLength: 100 })),
    other: member(),
  },
  { requiredKeys: [] },
);

describe('the document of the API', () => {
  it('is OpenAPI 3.1, whatever is switched on', async () => {
    for (const options of [open, { tokens: true, limited: new Set(['read'] as const), prefix: '/api' } as const]) {
      const result = await new Validator().validate({ ...openApiDocument(options) });
      expect(result.errors).to.equal(undefined);
      expect(result.valid).to.equal(true);
    }
  });

  for (const [name, parse] of [
    ['MemoCreate', parseCreate],
    ['MemoUpdate', parseUpdate],
  ] as const) {
    it(`calls a ${name} right exactly when the service takes it`, () => {
      const ajv = new Ajv2020({ strict: false });
      const validate = ajv.compile(openApiDocument(open).components?.schemas?.[name] ?? false);
      fc.assert(
        fc.property(body, (sent) => {
          // A change that names no field of a memo is JSON as asked for, and still nothing to do.
          fc.pre(!('other' in sent) || Object.keys(sent).length > 1);
          expect(taken(parse, sent), JSON.stringify(sent)).to.equal(validate(plain(sent)));
        }),
        { numRuns: 500 },
      );
    });
  }

  it('shows a role and 401 only where tokens are asked for, and 429 only for a class that is limited', () => {
    const { paths } = openApiDocument({ tokens: true, limited: new Set(['search']), prefix: '' });
    expect(paths?.['/v1/memos/']?.post?.security).to.deep.equal([{ token: ['writer'] }]);
    expect(paths?.['/v1/memos/search/']?.get?.responses).to.include.keys('401', '403', '429');
    expect(paths?.['/v1/memos/']?.post?.responses).not.to.have.property('429');
    expect(paths?.['/health']?.get?.security).to.deep.equal([]);
    const without = openApiDocument(open).paths?.['/v1/memos/']?.post;
    expect(without?.security).to.deep.equal([]);
    expect(without?.responses).not.to.have.any.keys('401', '403', '429');
  });
});

describe('the operation of a request', () => {
  const operationAt = (method: string, path: string): string | undefined => {
    const place = placeOf(path);
    return place && operationOf(place, method);
  };

  it('is found by method and path, and a collection is no memo', () => {
    expect(operationAt('HEAD', '/memos/12')).to.equal('readMemo');
    expect(operationAt('POST', '/memos/12/restore')).to.equal('restoreMemo');
    expect(operationAt('GET', '/memos/trash')).to.equal('listTrash');
    for (const path of ['/memos/trash', '/memos/search', '/memos/12/13', '/memos/12/', '/memos/', '/memosearch']) {
      expect(operationAt('DELETE', path), path).to.equal(undefined);
    }
  });

  it('is one of those that its path allows', () => {
    expect(placeOf('/memos')?.resource.methods).to.equal('GET, HEAD, OPTIONS, POST');
    expect(placeOf('/memos/x')).to.deep.include({ id: 'x' });
    expect(placeOf('/memos/x')?.resource.methods).to.equal('DELETE, GET, HEAD, OPTIONS, PATCH, PUT');
    expect(placeOf('/memos/import')?.resource.methods).to.equal('OPTIONS, POST');
  });
});
