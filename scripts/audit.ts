/**
 * `make audit`: whether the registry knows a vulnerability of what the images hold. Ends with npm's own code, or with 2 where
 * nothing was audited: a mirror that only hands out packages answers no audit, and silence is no good news.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';

const NOTHING_AUDITED = 2;

// At a level of its own: under a silent `npm run` it would not say that it failed.
const { error, status, stderr, stdout } = spawnSync('npm', ['audit', '--omit=dev', '--loglevel=notice'], {
  cwd: join(import.meta.dirname, '..'),
  encoding: 'utf8',
});
if (error !== undefined) throw error;
if (stderr.includes('audit endpoint returned an error')) {
  const why = /^npm warn audit (.+)$/m.exec(stderr)?.[1] ?? 'it does not say why';
  process.stderr.write(
    `nothing was audited: the registry offers no audits, or cannot be reached (${why});\n` +
      "run it where one is reached that does, as npm's own: npm_config_registry=https://registry.npmjs.org make audit\n",
  );
  process.exitCode = NOTHING_AUDITED;
} else {
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = status ?? 1;
}
