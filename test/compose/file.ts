/** compose.yaml as data. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

export interface Service {
  readonly image: string;
  readonly user?: string;
  readonly ports?: readonly unknown[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
}

/** The services by their names. */
export async function servicesOf(path: string): Promise<Readonly<Record<string, Service>>> {
  // Compose itself checks the shape when the project is started.
  const { services } = parse(await readFile(path, 'utf8'), { merge: true }) as { services: Record<string, Service> };
  return services;
}

/** The images that a project needs, each once. */
export async function imagesOf(path: string): Promise<string[]> {
  return [...new Set(Object.values(await servicesOf(path)).map(({ image }) => image))];
}
