/**
 * `make audit`: whether the registry knows a vulnerability of what the images hold. Ends with 1 where it knows one, and with 2 where
 * nothing was audited: a mirror that only hands out packages answers no audit, and silence is no good news.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';

const NOTHING_AUDITED = 2;

/** `npm audit --json`, version 2 of its report. What fails has a message in place of vulnerabilities. */
interface Report {
  readonly message?: string;
  readonly vulnerabilities?: Readonly<Record<string, Vulnerable>>;
}

interface Vulnerable {
  readonly name: string;
  readonly severity: string;
  /** Advisories, and the names of dependencies that have some. */
  readonly via: readonly (string | { readonly title: string; readonly url: string })[];
  readonly fixAvailable: boolean | object;
}

// Judged by the report: npm 9, which Debian has, ends with 0 whatever it finds.
const { error, stderr, stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  cwd: join(import.meta.dirname, '..'),
  encoding: 'utf8',
});
if (error !== undefined) throw error;
const { message = stderr, vulnerabilities } = reportOf(stdout);
if (vulnerabilities === undefined) {
  process.stderr.write(
    `nothing was audited: the registry offers no audits, or cannot be reached (${message.trim()});\n` +
      "run it where one is reached that does, as npm's own: npm_config_registry=https://registry.npmjs.org make audit\n",
  );
  process.exitCode = NOTHING_AUDITED;
} else {
  const found = Object.values(vulnerabilities);
  process.stdout.write(found.map(lineOf).join(''));
  process.stdout.write(`found ${found.length} vulnerable ${found.length === 1 ? 'package' : 'packages'}\n`);
  process.exitCode = found.length > 0 ? 1 : 0;
}

function reportOf(text: string): Report {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return {};
  }
}

function lineOf({ fixAvailable, name, severity, via }: Vulnerable): string {
  const why = via.map((one) => (typeof one === 'string' ? `by way of ${one}` : `${one.title}, ${one.url}`));
  return `${severity} ${name}: ${why.join('; ')}${fixAvailable === false ? '' : ' (npm audit fix)'}\n`;
}
