import { expect } from 'chai';
import { accountFault, accountIn } from './account.ts';

function data(content: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(content).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
}

describe('the account of the API in a managed database', () => {
  it('is in the keys that are named, without the line break that a file ends with', () => {
    const content = data({ 'db-user': 'club\n', 'db-password': 'a b\n', username: 'other', password: 'other' });
    const keys = { usernameKey: 'db-user', passwordKey: 'db-password' };
    expect(accountIn(content, keys)).to.deep.equal({ username: 'club', password: 'a b' });
    expect(accountIn(content)).to.deep.equal({ username: 'other', password: 'other' });
  });

  it('may be any but those that the database has already', () => {
    const password = `p'"\\$\`# %`;
    for (const username of ['club', 'memo_a', 'club.memo-1']) {
      expect(accountFault({ username, password }), username).to.equal(undefined);
    }
    for (const username of ['root', 'memo_migrate', 'healthcheck', 'mariadb.sys']) {
      expect(accountFault({ username, password })).to.include(username);
    }
  });

  it('is refused where SQL would take it for something else', () => {
    for (const username of ['', `a'b`, 'a b', 'é', 'a'.repeat(81)]) {
      expect(accountFault({ username, password: 'p' }), username).to.include('user name');
    }
    for (const password of ['', 'pass\nword', 'é']) {
      expect(accountFault({ username: 'club', password }), password).to.include('password');
    }
  });
});
