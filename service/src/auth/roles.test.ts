import { expect } from 'chai';
import { covers, roleOf } from './roles.ts';

describe('the role in a token', () => {
  const cases: readonly (readonly [claims: Record<string, unknown>, path: string, role: string | undefined])[] = [
    [{ roles: ['reader'] }, 'roles', 'reader'],
    [{ roles: ['writer', 'reader', 'other'] }, 'roles', 'writer'],
    [{ scope: 'openid admin' }, 'scope', 'admin'],
    [{ realm_access: { roles: ['writer'] } }, 'realm_access.roles', 'writer'],
    [{ 'https://memo.example/roles': ['reader'] }, 'https://memo.example/roles', 'reader'],
    [{ roles: ['Reader', 'owner', 1, null] }, 'roles', undefined],
    [{ roles: { admin: true } }, 'roles', undefined],
    [{ realm_access: null }, 'realm_access.roles', undefined],
    [{}, 'constructor.name', undefined],
    [{}, 'roles', undefined],
  ];
  for (const [claims, path, role] of cases) {
    it(`is ${String(role)} by ${path} in ${JSON.stringify(claims)}`, () => {
      expect(roleOf(claims, path)).to.equal(role);
    });
  }

  it('covers those below it', () => {
    expect(covers('admin', 'writer')).to.equal(true);
    expect(covers('writer', 'writer')).to.equal(true);
    expect(covers('reader', 'writer')).to.equal(false);
    expect(covers(undefined, 'reader')).to.equal(false);
  });
});
