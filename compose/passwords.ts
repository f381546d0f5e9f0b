/**
 * Makes the passwords of the stack, once: `node passwords.ts FOLDER DATABASE`, run as root. Each file belongs to the one user
 * who reads it and is open to nobody else. They appear by one rename, all or none; whoever finds them there changes nothing.
 * Where there is a database already, none are made: they would not open it.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** Users of the containers, as compose.yaml names them. */
const users = { mariadb: 999, redis: 6379, api: 65532, migrate: 65533 } as const;

interface Secret {
  readonly path: string;
  readonly reader: keyof typeof users;
  readonly text: string;
}

function secrets(): Secret[] {
  const [root, migration, service, cache] = [password(), password(), password(), password()];
  const database = (user: string, secret: string): string => `mysql://${user}:${secret}@mariadb:3306/memo_app`;
  return [
    { path: 'root/password', reader: 'mariadb', text: root },
    { path: 'migration/password', reader: 'mariadb', text: migration },
    { path: 'service/password', reader: 'mariadb', text: service },
    { path: 'migration/uri', reader: 'migrate', text: database('memo_migrate', migration) },
    { path: 'database/uri', reader: 'api', text: database('memo_a', service) },
    { path: 'cache/uri', reader: 'api', text: `redis://memo_a:${cache}@redis:6379/0` },
    { path: 'cache/users.acl', reader: 'redis', text: usersAcl(cache) },
  ];
}

/** 192 bits that stand unquoted in a URL, in SQL and in a shell. */
function password(): string {
  return randomBytes(24).toString('hex');
}

/** Nobody without a password can do more than PING, which is what the health check does. */
function usersAcl(secret: string): string {
  const hash = createHash('sha256').update(secret).digest('hex');
  return [
    'user default on nopass resetchannels -@all +ping',
    `user memo_a on #${hash} ~* &* +@all -@admin -@dangerous +info`,
    '',
  ].join('\n');
}

function write(folder: string, { path, reader, text }: Secret): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
  const descriptor = openSync(file, 'wx', 0o400);
  writeSync(descriptor, text);
  fsyncSync(descriptor);
  closeSync(descriptor);
  chownSync(file, users[reader], users[reader]);
}

function make(folder: string, database: string): void {
  const made = join(folder, 'memo');
  if (existsSync(made)) {
    console.log('the passwords are there');
    return;
  }
  if (readdirSync(database).length > 0) {
    throw new Error(
      'there is a database, and the volume of the passwords that open it is empty: bring it back from a backup, or remove the volume of the database to begin with none',
    );
  }
  const making = join(folder, '.making');
  // Of one that was killed half-way. Nobody has used them.
  rmSync(making, { recursive: true, force: true });
  for (const secret of secrets()) write(making, secret);
  renameSync(making, made);
  sync(folder);
  console.log('the passwords are made');
}

/** A rename is on the disk when its folder is. */
function sync(folder: string): void {
  const descriptor = openSync(folder, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

const [folder, database] = process.argv.slice(2);
if (folder === undefined || database === undefined) throw new Error('write: node passwords.ts FOLDER DATABASE');
make(folder, database);
