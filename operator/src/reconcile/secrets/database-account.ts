/** The Secret that the spec names for the API's account in a managed database: copied once, and compared ever after. */
import { names } from '../../api/names.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { accountFault, accountIn, type Account } from '../../stack/database/account.ts';
import type { Dependencies } from '../dependencies.ts';
import { readSecret, whatIsMissing, type Secret } from './secrets.ts';

/** The account, or why there is none yet. */
export type AskedAccount =
  { readonly account: Account; readonly fault?: undefined } | { readonly account?: undefined; readonly fault: string };

const field = 'spec.database.managed.credentialsSecret';

/** undefined: the spec names none, so one is generated. */
export async function askedAccount(
  app: ResolvedApp,
  dependencies: Dependencies,
  signal: AbortSignal,
): Promise<AskedAccount | undefined> {
  const named = app.database.mode === 'managed' ? app.database.account : undefined;
  if (!named) return undefined;
  const { passwordKey, secretName, usernameKey = 'username' } = named;
  const secret = await readSecret(app, secretName, dependencies, signal);
  const reference = { field, kind: 'Secret', name: secretName, keys: [usernameKey, passwordKey] } as const;
  const missing = whatIsMissing(reference, app, secret);
  if (missing !== undefined) return { fault: missing };
  const account = accountIn(secret?.data ?? {}, named);
  const fault = accountFault(account);
  return fault === undefined ? { account } : { fault: `${field} names Secret ${secretName}: ${fault}` };
}

/**
 * What is to be said of an account that the database was not initialised with. undefined: it was, or none is asked for.
 * @param own `<name>-database-credentials`
 */
export function unappliedAccount(
  app: ResolvedApp,
  asked: AskedAccount | undefined,
  own: Secret | undefined,
): string | undefined {
  if (!asked || !own) return undefined;
  const has = accountIn(own.data ?? {});
  const goesOn = `the database goes on with the account of its first initialisation, in Secret ${names(app).databaseCredentials}`;
  if (asked.fault !== undefined) return `${asked.fault}; ${goesOn}`;
  const { password, username } = asked.account;
  if (password === has.password && username === has.username) return undefined;
  return `${field} has another user name or password, which is not applied: ${goesOn}; put those back`;
}
