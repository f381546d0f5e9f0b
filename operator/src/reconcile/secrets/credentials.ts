/** The generated Secrets: read by name, made once, never rewritten. Those of others are only read. */
import type { MemoAppStatus } from '../../api/memoapp.ts';
import type { ResolvedApp } from '../../api/resolved.ts';
import { madeForAnnotation, partOf } from '../../api/labels.ts';
import { Reason } from '../../api/reasons.ts';
import { names } from '../../api/names.ts';
import type { Problem } from '../../api/conditions.ts';
import {
  credentialProblems,
  leftSecrets,
  lostVolume,
  secretHash,
  wantedSecrets,
  type WantedSecret,
} from '../../stack/credentials.ts';
import { accountIn, type Account } from '../../stack/database/account.ts';
import type { Observed } from '../../stack/observed.ts';
import { noteFailure } from '../children/children.ts';
import { nameTaken } from '../children/name-taken.ts';
import type { Credentials } from './credential-cache.ts';
import { askedAccount, unappliedAccount } from './database-account.ts';
import { fieldManager, type Dependencies } from '../dependencies.ts';
import { databaseClaim, stopDatabase } from '../children/lost-volume.ts';
import { belongsTo, isLeaving } from '../observe/observe.ts';
import { fit } from '../children/retained.ts';
import type { Pass } from '../pass.ts';
import { areStillMissing, hashReferences, readSecret, type Secret } from './secrets.ts';

/**
 * Sees to it that every Secret is there and ours, and returns a keyed hash of each and what else is to be known. undefined:
 * the app must not go on, and the pass says why.
 */
export async function ensureCredentials(
  app: ResolvedApp,
  status: MemoAppStatus | undefined,
  observed: Observed,
  pass: Pass,
  dependencies: Dependencies,
  signal: AbortSignal,
): Promise<Credentials | undefined> {
  const known = dependencies.credentials.get(app);
  const lost = lostVolume(app, status, observed).length > 0;
  // Where a volume is lost, deleting the Secrets is the way to start empty: this pass has to see it.
  if (known && !lost && (await areStillMissing(known.missing, app, pass, dependencies, signal))) return known;
  const remember = dependencies.credentials.begin(app);
  const wanted = wantedSecrets(app);
  const found = new Map<string, Secret>();
  await Promise.all(
    wanted.map(async ({ name }) => {
      const secret = await readSecret(app, name, dependencies, signal);
      if (secret) found.set(name, secret);
    }),
  );
  await keepLeft(app, pass, dependencies, signal);
  const present = new Map([...found].map(([name, secret]) => [name, madeFor(secret)]));
  const claim = databaseClaim(app, dependencies);
  const before = [...found.values(), ...(claim ? [claim] : [])].filter((live) => isLeaving(live, app));
  pass.terminating.push(...before);
  if (before.length > 0) return undefined;
  pass.problems.push(...foreignSecrets(app, wanted, found), ...credentialProblems(app, present, status, observed));
  if (pass.problems.some(({ reason }) => reason === Reason.DataMissing))
    await stopDatabase(app, pass, dependencies, signal);
  // Whether the app may go on or not.
  await Promise.all(
    wanted.map(async (one) => {
      await keep(one, found.get(one.name), app, pass, dependencies, signal);
    }),
  );
  if (pass.problems.length > 0) return undefined;
  const asked = await askedAccount(app, dependencies, signal);
  if (asked?.fault !== undefined && !found.has(names(app).databaseCredentials)) {
    // A database that is to have an account of others waits for it, and with it all that is made after the Secrets.
    pass.missing.push({ type: 'DatabaseReady', message: asked.fault });
    return undefined;
  }
  const missing = wanted.filter(({ name }) => !found.has(name));
  // That all of them are gone is the decision, whatever becomes of the new ones.
  pass.startsEmpty = missing.some(opensDatabase) && wanted.filter(opensDatabase).every((one) => missing.includes(one));
  await Promise.all(
    missing.map(async (one) => {
      await noted(one, pass, async () => {
        found.set(one.name, await create(one, asked?.account, dependencies, signal));
      });
    }),
  );
  if (!pass.complete) return undefined;
  const key = found.get(`${app.name}-key`)?.data ?? {};
  const referred = await hashReferences(app, key, pass, dependencies, signal);
  const hashes = {
    ...Object.fromEntries(wanted.map(({ name }) => [name, secretHash(key, found.get(name)?.data ?? {})])),
    ...referred.hashes,
  };
  const own = found.get(names(app).databaseCredentials);
  const databaseUser = own?.data && accountIn(own.data).username;
  const unapplied = unappliedAccount(app, asked, own);
  const credentials = { hashes, databaseUser, unapplied, missing: referred.missing };
  remember(credentials);
  return credentials;
}

/** Those of a database that the spec no longer asks for: its volume is kept or given away likewise (`keepClaims`). */
async function keepLeft(app: ResolvedApp, pass: Pass, dependencies: Dependencies, signal: AbortSignal): Promise<void> {
  await Promise.all(
    leftSecrets(app).map(async (one) => {
      const secret = await readSecret(app, one.name, dependencies, signal);
      await keep(one, secret, app, pass, dependencies, signal);
    }),
  );
}

/** Labels and owner as `deletionPolicy` wants them now; the content is left alone, and so is a Secret of others. */
async function keep(
  one: WantedSecret,
  secret: Secret | undefined,
  app: ResolvedApp,
  pass: Pass,
  { client }: Dependencies,
  signal: AbortSignal,
): Promise<void> {
  if (!secret || !isOurs(secret, one, app)) return;
  await noted(one, pass, async () => {
    await fit(secret, one.object.metadata, app, client, signal);
  });
}

/** A Secret that could not be written is said by the pass, and holds up no other. */
async function noted({ object }: WantedSecret, pass: Pass, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    noteFailure(object, error, pass);
  }
}

function opensDatabase({ opens }: WantedSecret): boolean {
  return opens === 'database';
}

function madeFor(secret: Secret): { madeFor?: string } {
  const uid = secret.metadata.annotations?.[madeForAnnotation];
  return uid === undefined ? {} : { madeFor: uid };
}

function foreignSecrets(
  app: ResolvedApp,
  wanted: readonly WantedSecret[],
  found: ReadonlyMap<string, Secret>,
): Problem[] {
  return wanted.flatMap((one) => {
    const secret = found.get(one.name);
    if (!secret || isOurs(secret, one, app)) return [];
    return [nameTaken(secret, app, partOf(one.object))];
  });
}

function isOurs(secret: Secret, wanted: WantedSecret, app: ResolvedApp): boolean {
  return belongsTo(secret, app, partOf(wanted.object));
}

/**
 * A create, never an apply: two operators at once cannot both believe that their password is the one. One that has come meanwhile is
 * a failure: the next pass reads it, and sees whose it is and what it was made for.
 */
async function create(
  wanted: WantedSecret,
  account: Account | undefined,
  { client, random }: Dependencies,
  signal: AbortSignal,
): Promise<Secret> {
  return await client.create<Secret>(wanted.make(random, account), { fieldManager, signal });
}
