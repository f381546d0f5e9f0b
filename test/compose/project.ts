/** The project of compose.yaml on an engine of the test's own. */
import { cpSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { CommandOptions } from '../cluster/host/command.ts';
import { ensureImages } from '../images/build.ts';
import { SHARED } from './engine.ts';
import type { Engine } from './engine.ts';
import { imagesOf } from './file.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const FOLDER = 'memo';

/** What `docker inspect` says of a container, as far as it matters here. */
export interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly Config: { readonly Labels: Readonly<Record<string, string>> };
  readonly State: { readonly StartedAt: string; readonly ExitCode: number; readonly Pid: number };
}

export interface Project {
  /** `docker compose ...` in the project's folder. @returns its standard output. @throws CommandError */
  compose(words: readonly string[], options?: Pick<CommandOptions, 'input'>): Promise<string>;
  /** A command in the container of a service, as its user. */
  exec(service: string, command: readonly string[], options?: Pick<CommandOptions, 'input'>): Promise<string>;
  /** Every container by its service, those that have ended too. */
  containers(): Promise<Map<string, Inspected>>;
  /** The path of a socket that leads to port 8000 of the network that the engine is in. */
  readonly api: string;
}

/**
 * Brings the images and lays out what a fresh clone has, but for the sources: with them Compose could build what it should
 * find.
 */
export async function layOut(engine: Engine): Promise<Project> {
  await engine.load((await ensureImages(await imagesOf(join(ROOT, 'compose.yaml')))).values());
  const folder = join(engine.folder, FOLDER);
  mkdirSync(folder);
  for (const name of ['compose.yaml', 'compose']) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  const api = join(engine.folder, 'api.sock');
  const lead = `socat UNIX-LISTEN:${SHARED}/api.sock,fork TCP:127.0.0.1:8000 </dev/null >/dev/null 2>&1 &`;
  await engine.run(['sh', '-c', lead]);
  const compose: Project['compose'] = (words, options) =>
    engine.run(['env', '--chdir', join(SHARED, FOLDER), 'docker', 'compose', '--progress', 'quiet', ...words], options);
  return {
    api,
    compose,
    exec: (service, command, options) => compose(['exec', '-T', service, ...command], options),
    async containers() {
      const ids = (await compose(['ps', '--all', '--quiet'])).split('\n').filter((id) => id !== '');
      if (ids.length === 0) return new Map<string, Inspected>();
      // Docker's own JSON: its shape is that of the engine's API.
      const all = JSON.parse(await engine.run(['docker', 'inspect', ...ids])) as Inspected[];
      return new Map(all.map((each) => [each.Config.Labels['com.docker.compose.service'] ?? '', each]));
    },
  };
}
