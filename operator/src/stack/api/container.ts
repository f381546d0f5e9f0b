/** The service's own container in a pod of the API or in its template, and what its environment says. */
import type { Container, PodSpec } from 'kubernetes-types/core/v1.js';

/** Values by name; what comes from elsewhere has none. */
export type Environment = ReadonlyMap<string, string | undefined>;

export function apiContainer(spec: PodSpec | undefined): Container | undefined {
  return spec?.containers.find(({ name }) => name === 'api');
}

export function environmentIn(spec: PodSpec | undefined): Environment {
  return new Map(apiContainer(spec)?.env?.map(({ name, value }) => [name, value]));
}
