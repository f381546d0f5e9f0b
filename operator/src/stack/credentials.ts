/**
 * The generated Secrets: made once, never rewritten. Each has the service-binding keys
 * (`type, host, port, username, password, database, uri`) for ever, and what its pods need beside them.
 */
import { createHash, createHmac } from 'node:crypto';
import { madeForAnnotation, storeVersionAnnotation, type Part } from '../api/labels.ts';
import type { MemoAppStatus } from '../api/memoapp.ts';
import type { Problem } from '../api/conditions.ts';
import { databaseName, names, podClaim, ports, serviceHost, users } from '../api/names.ts';
import { Reason } from '../api/reasons.ts';
import type { ResolvedApp } from '../api/resolved.ts';
import type { KubeObject } from '../runtime/object.ts';
import { isKnownClaim, isBlank } from './claims.ts';
import type { Account } from './database/account.ts';
import { metadata, retainedMetadata } from './metadata.ts';
import type { Observed } from './observed.ts';
import { versionOnRecord } from './record.ts';

/** Gives that many bytes nobody can guess; `crypto.randomBytes` outside tests. */
export type Random = (bytes: number) => Uint8Array;

/** A Secret that must exist. */
export interface WantedSecret {
  readonly name: string;
  /** The part whose data it opens: without it a volume of that part is unreadable. undefined: it may be made anew. */
  readonly opens: 'database' | undefined;
  /**
   * The Secret without its content. Applying it keeps labels and owner right and never touches the content, as long as
   * the content came by a create: server-side apply removes only what an earlier apply of the same manager had set.
   */
  readonly object: KubeObject;
  /**
   * The whole Secret with fresh content, to be created where there is none.
   * @param given the account of the API in the database, where it is not to be generated
   */
  make(random: Random, given?: Account): KubeObject;
}

interface Login extends Account {
  readonly type: 'mysql' | 'redis';
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

/** Every Secret the app needs, in the order they are made. */
export function wantedSecrets(app: ResolvedApp): WantedSecret[] {
  const child = names(app);
  return [
    wanted(app, child.key, 'key', (random) => ({ key: Buffer.from(random(32)).toString('hex') })),
    ...(app.database.mode === 'managed' ? databaseSecrets(app) : []),
    ...(app.cache.mode === 'managed' ? [cacheSecret(app)] : []),
  ];
}

/**
 * Secrets that an app without a managed database may have from the time when it had one. None is made; those that are there
 * stay or go with the volume that they open.
 */
export function leftSecrets(app: ResolvedApp): WantedSecret[] {
  return app.database.mode === 'managed' ? [] : databaseSecrets(app);
}

function databaseSecrets(app: ResolvedApp): WantedSecret[] {
  const child = names(app);
  const host = serviceHost(app, child.database);
  return [
    retained(app, child.databaseRoot, 'localhost', (random) => generated(users.root, random)),
    retained(app, child.databaseMigration, host, (random) => generated(users.migration, random)),
    retained(app, child.databaseCredentials, host, (random, given) => given ?? generated(users.service, random)),
  ];
}

/**
 * A hash of a Secret's content that may show in a pod template: keyed, so that it tells nobody whether a guess is right.
 * @param key the content of `<name>-key`, as `Secret.data` carries it
 * @param data `Secret.data`, base64 values
 */
export function secretHash(key: Readonly<Record<string, string>>, data: Readonly<Record<string, string>>): string {
  const hmac = createHmac('sha256', Buffer.from(key['key'] ?? '', 'base64'));
  for (const name of Object.keys(data).toSorted()) hmac.update(`${name}\0${data[name] ?? ''}\0`);
  return hmac.digest('hex').slice(0, 32);
}

type Choose = (random: Random, given?: Account) => Account;

function retained(app: ResolvedApp, name: string, host: string, choose: Choose): WantedSecret {
  const content: Content = (random, given) =>
    login({ type: 'mysql', host, port: ports.database, ...choose(random, given), database: databaseName });
  return { ...wanted(app, name, 'database', content, retainedMetadata), opens: 'database' };
}

function generated(username: string, random: Random): Account {
  return { username, password: password(random) };
}

function cacheSecret(app: ResolvedApp): WantedSecret {
  const child = names(app);
  return wanted(app, child.cacheCredentials, 'cache', (random) => {
    const secret = password(random);
    return {
      ...login({
        type: 'redis',
        host: serviceHost(app, child.cache),
        port: ports.cache,
        username: users.service,
        password: secret,
        database: '0',
      }),
      'users.acl': usersAcl(secret),
    };
  });
}

/** Nobody without a password can do more than PING, which is what the probes do. */
function usersAcl(secret: string): string {
  const hash = createHash('sha256').update(secret).digest('hex');
  return [
    'user default on nopass resetchannels -@all +ping',
    `user ${users.service} on #${hash} ~* &* +@all -@admin -@dangerous +info`,
    '',
  ].join('\n');
}

type Content = (random: Random, given?: Account) => Record<string, string>;

function wanted(
  app: ResolvedApp,
  name: string,
  part: Part,
  content: Content,
  meta: typeof metadata = metadata,
): WantedSecret {
  const head = { apiVersion: 'v1', kind: 'Secret' };
  return {
    name,
    opens: undefined,
    object: { ...head, metadata: meta(app, name, part) },
    make: (random, given) => ({
      ...head,
      metadata: meta(app, name, part, { [madeForAnnotation]: app.uid }),
      type: 'Opaque',
      data: base64(content(random, given)),
    }),
  };
}

function login(account: Login): Record<string, string> {
  const { type, host, port, username, password: secret, database } = account;
  const userinfo = [username, secret].map(encodeURIComponent).join(':');
  return {
    type,
    host,
    port: String(port),
    username,
    password: secret,
    database,
    uri: `${type}://${userinfo}@${host}:${port}/${database}`,
  };
}

/** 190 bits in letters and digits alone, so that it stands unquoted in a URL, in SQL and in an ACL file. */
function password(random: Random): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  // Bytes past the last full round of the alphabet are dropped: they would make its first letters likelier.
  const fair = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < 32) {
    for (const byte of random(64)) if (byte < fair && text.length < 32) text += alphabet.charAt(byte % alphabet.length);
  }
  return text;
}

function base64(content: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(content).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
}

/**
 * A volume whose passwords are gone, or passwords whose volume is gone: never a new password for old data, and never an
 * empty database behind old credentials.
 * @param present the Secrets that are there, by name
 */
export function credentialProblems(
  app: ResolvedApp,
  present: ReadonlyMap<string, { readonly madeFor?: string }>,
  status: MemoAppStatus | undefined,
  observed: Observed,
): Problem[] {
  const opening = opensDatabase(app);
  const gone = opening.find((name) => !present.has(name));
  const claim = podClaim(names(app).database, 0);
  const live = observed.get('PersistentVolumeClaim', claim);
  // Before the claim is made, a pass may have died between two Secrets of a first install: the rest is made then. And a
  // claim may outlive its Secrets that has no volume yet: the StatefulSet of an app that is being deleted made it once more.
  if (gone !== undefined && live !== undefined && !isBlank(live)) {
    const message = `the volume claim ${claim} is here, but the Secret ${gone} that opens it is gone; put the Secret back from a backup, or delete the claim to start empty`;
    return [{ reason: Reason.SecretMissing, message }];
  }
  if (gone !== undefined) return [];
  const lost = lostVolume(app, status, observed);
  if (lost.length > 0) return lost;
  const earlier = opening.find((name) => {
    const madeFor = present.get(name)?.madeFor;
    return madeFor !== undefined && madeFor !== app.uid;
  });
  if (earlier === undefined || live !== undefined) return [];
  return [
    dataMissing(
      app,
      status,
      `the Secret ${earlier} was made for an earlier MemoApp, but its volume claim ${claim} is gone`,
    ),
  ];
}

/**
 * A database that was served, and whose claim is gone or was made anew, empty, by the controller of its StatefulSet. To be
 * asked in every pass, before anything is applied: an apply would make the claim, or make it look like ours.
 */
export function lostVolume(app: ResolvedApp, status: MemoAppStatus | undefined, observed: Observed): Problem[] {
  if (app.database.mode !== 'managed' || versionOnRecord(status) === undefined) return [];
  const name = podClaim(names(app).database, 0);
  const claim = observed.get('PersistentVolumeClaim', name);
  if (claim === undefined) return [dataMissing(app, status, `the volume claim ${name} of the database is gone`)];
  if (isKnownClaim(claim.metadata ?? {})) return [];
  return [dataMissing(app, status, `the volume claim ${name} of the database was made anew and is empty`)];
}

function dataMissing(app: ResolvedApp, status: MemoAppStatus | undefined, what: string): Problem {
  const secrets = opensDatabase(app).join(', ');
  const asked = app.database.mode === 'managed' ? app.database.version : '';
  const version = versionOnRecord(status) ?? asked;
  const message = `${what}; restore it, with the annotation ${storeVersionAnnotation}: "${version}", or delete the Secrets ${secrets}, and the claim if there is one, to start empty`;
  return { reason: Reason.DataMissing, message };
}

/** Names of the Secrets without which a volume of the database cannot be read. */
function opensDatabase(app: ResolvedApp): string[] {
  return wantedSecrets(app).flatMap(({ name, opens }) => (opens === 'database' ? [name] : []));
}
