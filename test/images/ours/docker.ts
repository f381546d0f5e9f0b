import { join } from 'node:path';
import { run, succeeds } from '../../cluster/host/command.ts';
import type { Builder } from './builder.ts';

/** Docker, with the classic builder or BuildKit. */
export const docker: Builder = {
  name: 'docker',
  async has(reference) {
    return succeeds('docker', ['image', 'inspect', reference]);
  },
  async load(archive) {
    await run('docker', ['load', '--input', archive]);
  },
  async build({ context, dockerfile, reference, args }, voice) {
    const flags = Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
    await run(
      'docker',
      ['build', '--force-rm', '--tag', reference, '--file', join(context, dockerfile), ...flags, context],
      { log: voice?.note },
    );
  },
  async save(reference, archive) {
    await run('docker', ['save', '--output', archive, reference]);
  },
  // Docker's own garbage collection knows what else its user keeps.
  async tidy() {},
};
