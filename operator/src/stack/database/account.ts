/**
 * The account of the API in a managed database. The spec may name one; it is taken when the database is first initialised,
 * and from then on `<name>-database-credentials` has it.
 */
import { users } from '../../api/names.ts';

export interface Account {
  readonly username: string;
  readonly password: string;
}

/** Of the image and of ours. */
const taken: ReadonlySet<string> = new Set([users.root, users.migration, 'healthcheck', 'mariadb.sys', 'mysql']);

/** What keeps an account from being one of the API's, with the way out. undefined: nothing does. */
export function accountFault({ password, username }: Account): string | undefined {
  if (!/^[A-Za-z0-9_.-]{1,80}$/.test(username)) {
    return 'its user name must have 1 to 80 letters, digits, _, . and -';
  }
  if (taken.has(username)) return `its user name must be another than ${username}, which the database has already`;
  if (!/^[ -~]+$/.test(password)) return 'its password must be in printable ASCII, and not empty';
  return undefined;
}

/** The keys of a Secret that an account is in; those of a generated one, unless they are named. */
export interface AccountKeys {
  readonly usernameKey?: string | undefined;
  readonly passwordKey?: string;
}

/** @param data `Secret.data`; a line break at the end, as files have it, is no part of a value */
export function accountIn(
  data: Readonly<Record<string, string>>,
  { passwordKey = 'password', usernameKey = 'username' }: AccountKeys = {},
): Account {
  const value = (key: string): string =>
    Buffer.from(data[key] ?? '', 'base64')
      .toString()
      .trim();
  return { username: value(usernameKey), password: value(passwordKey) };
}
