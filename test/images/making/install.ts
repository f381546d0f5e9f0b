import type { Log } from './command.ts';
import { available, run } from './command.ts';

/**
 * Installs the Debian package that brings `command` where the machine lacks it.
 * @throws Error on machines without apt-get, naming the package.
 */
export async function ensureCommand(command: string, debianPackage: string, log?: Log): Promise<void> {
  if (await available(command)) return;
  if (!(await available('apt-get'))) throw new Error(`${command} is missing: install ${debianPackage} and try again`);
  log?.(`${command} is missing: installing the package ${debianPackage}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-q'], { env });
  const options = ['-y', '-q', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=600'];
  await run('apt-get', ['install', ...options, debianPackage], { env });
}
