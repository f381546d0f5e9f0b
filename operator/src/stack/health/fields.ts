/** Where in the spec an admin sets what concerns the pods of a part: for the way out that a message names. */
import type { PodPart } from '../network/flows.ts';

const fields: { readonly [P in PodPart]: string } = {
  api: 'spec.api',
  // Jobs of the service's image, of a size that is not for anybody to set.
  migrate: 'spec.api',
  topic: 'spec.api',
  database: 'spec.database.managed',
  cache: 'spec.cache.managed',
  events: 'spec.events.managed',
  zookeeper: 'spec.events.managed.zooKeeper',
};

export function fieldOf(part: PodPart): string {
  return fields[part];
}

export function imageFields(part: PodPart): string {
  const version = fields[part] === fields.api ? 'spec.version' : `${fields[part]}.version`;
  return `${version} and ${fields[part]}.image`;
}
