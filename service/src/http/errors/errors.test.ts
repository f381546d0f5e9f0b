import { expect } from 'chai';
import { DatabaseUnavailable } from '../../db/errors.ts';
import { errorReply, languageOf, problemOf } from './errors.ts';
import { Problem, PROBLEMS, invalid } from './problem.ts';
import type { ProblemCode } from './problem.ts';

function body(problem: Problem, headers: Record<string, string> = {}): unknown {
  return JSON.parse(errorReply(problem, headers, '/v1/memos/').body.toString());
}

const fault = invalid(
  { loc: ['body', 'tags', 3], code: 'string_type' },
  { loc: ['query', 'limit'], code: 'greater_than_equal', bound: 1 },
);

describe('an error reply', () => {
  it("is FastAPI's for the clients of the original", () => {
    expect(body(fault)).to.deep.equal({
      detail: [
        { loc: ['body', 'tags', 3], msg: 'Input should be a valid string', type: 'string_type' },
        { loc: ['query', 'limit'], msg: 'Input should be greater than or equal to 1', type: 'greater_than_equal' },
      ],
    });
    expect(body(new Problem('memo-not-found'))).to.deep.equal({ detail: PROBLEMS['memo-not-found'].detail.en });
  });

  it("is RFC 9457's for those who name it", () => {
    const reply = errorReply(fault, { accept: 'text/html, application/problem+json;q=0.9' }, '/v1/memos/');
    expect(reply.contentType).to.equal('application/problem+json');
    expect(JSON.parse(reply.body.toString())).to.deep.include({
      type: 'urn:memo:problem:invalid',
      status: 422,
      instance: '/v1/memos/',
      errors: [
        { pointer: '#/tags/3', detail: 'Input should be a valid string', code: 'string_type' },
        { pointer: '/query/limit', detail: 'Input should be greater than or equal to 1', code: 'greater_than_equal' },
      ],
    });
    for (const accept of ['*/*', 'application/json', 'application/problem+json;q=0']) {
      expect(errorReply(fault, { accept }, '/').contentType, accept).to.equal('application/json');
    }
  });

  it('has a Korean and an English message for every code', () => {
    for (const code of Object.keys(PROBLEMS) as ProblemCode[]) {
      if (code === 'invalid') continue;
      expect((body(new Problem(code), { 'accept-language': 'ko-KR' }) as { detail: string }).detail, code).to.match(
        /[가-힣]/,
      );
      expect((body(new Problem(code)) as { detail: string }).detail, code).to.match(/^[\x20-\x7e]+$/);
    }
  });

  it('says nothing of what is inside when something unforeseen happens', () => {
    const problem = problemOf(new Error('SELECT * FROM memos at db.internal:3306 failed'));
    expect(JSON.stringify(body(problem))).not.to.match(/SELECT|internal:|at /);
    expect(PROBLEMS[problem.code].status).to.equal(500);
  });

  it('asks to come back when the database is away', () => {
    const reply = errorReply(problemOf(new DatabaseUnavailable('frozen')), {}, '/');
    expect(reply.status).to.equal(503);
    expect(reply.headers['Retry-After']).to.match(/^[1-9]\d*$/);
  });
});

describe('the language of a message', () => {
  const cases: readonly (readonly [string | undefined, string])[] = [
    [undefined, 'en'],
    ['', 'en'],
    ['ko', 'ko'],
    ['ko-KR,ko;q=0.9,en-US;q=0.8', 'ko'],
    ['en,ko', 'en'],
    ['en;q=0.3, ko;q=0.7', 'ko'],
    ['fr, ko;q=0.1', 'ko'],
    ['ko;q=0', 'en'],
    ['kok', 'en'],
    ['*', 'en'],
  ];
  for (const [header, language] of cases) {
    it(`is ${language} for ${String(header)}`, () => {
      expect(languageOf(header)).to.equal(language);
    });
  }
});
