/** What was read of the Secrets and ConfigMaps of each app, between one look at them and the next. */
import { hash } from 'node:crypto';
import type { ResolvedApp } from '../../api/resolved.ts';
import { leftSecrets, wantedSecrets } from '../../stack/credentials.ts';
import { referencedObjects, type Reference } from '../../stack/references.ts';

/** Hashes of content: of generated Secrets by name, of what the spec refers to by `referenceId`. */
export type SecretHashes = Readonly<Record<string, string>>;

/** What a pass has to know of the Secrets of one app. No password is among it. */
export interface Credentials {
  readonly hashes: SecretHashes;
  /** The API's user in a managed database. */
  readonly databaseUser: string | undefined;
  /** What is to be said of an account that the spec asks for and the database does not have. */
  readonly unapplied: string | undefined;
  /** What the spec refers to and was not there, or of no use. Each pass looks for it again. */
  readonly missing: readonly Reference[];
}

interface Reading {
  readonly stamp: string;
  /** undefined: still under way, or the app must not go on. */
  known: Credentials | undefined;
}

/**
 * Remembers what was read, because a pass follows every twitch of a child and the content seldom changes: only hashes are
 * kept. A reading is good for one MemoApp as long as its spec asks for the same of its Secrets, until it is forgotten: when a
 * watch tells of a change, and at every resync.
 */
export class CredentialCache {
  readonly #readings = new Map<string, Reading>();

  get(app: ResolvedApp): Credentials | undefined {
    const reading = this.#readings.get(keyOf(app));
    return reading?.stamp === stampOf(app) ? reading.known : undefined;
  }

  /**
   * To be called before the first Secret is read.
   * @returns what keeps the outcome; without effect where it was forgotten meanwhile, because it may be of before the change
   */
  begin(app: ResolvedApp): (known: Credentials) => void {
    const reading: Reading = { stamp: stampOf(app), known: undefined };
    this.#readings.set(keyOf(app), reading);
    return (known) => {
      reading.known = known;
    };
  }

  /** @param key `namespace/name` of a MemoApp that is gone, or of whose Secrets one has changed */
  forget(key: string): void {
    this.#readings.delete(key);
  }

  forgetAll(): void {
    this.#readings.clear();
  }
}

function keyOf(app: ResolvedApp): string {
  return `${app.namespace}/${app.name}`;
}

/** Of all that a reading depends on: an edit of anything else needs no other. */
function stampOf(app: ResolvedApp): string {
  const own = [...wantedSecrets(app), ...leftSecrets(app)].map(({ object }) => object);
  const initial = app.database.mode === 'managed' && app.database.account;
  return hash('sha256', JSON.stringify([app.uid, own, initial, referencedObjects(app)]), 'base64');
}
