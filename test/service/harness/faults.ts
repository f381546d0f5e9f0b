/** What `serve` says of an environment without files. */
import { ConfigurationError, parseConfig } from '../../../service/src/config.ts';
import type { ConfigurationFault } from '../../../service/src/config/read.ts';

export function noFiles(path: string): string {
  throw Object.assign(new Error(path), { code: 'ENOENT' });
}

export function faultsOf(environment: Record<string, string>): readonly ConfigurationFault[] {
  try {
    parseConfig(environment, noFiles);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}
