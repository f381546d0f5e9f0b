/** The cache off and on. */
import { apply, file, ready, set } from './edit.ts';
import type { Entry } from './entry.ts';

export const redis: Entry = {
  name: 'redis',
  title: 'Redis off and on',
  occasion: 'Is the cache worth its memory? A day without it tells.',
  lesson: 'The cache holds nothing that the database has not. Redis is removed only when no pod that uses it is left.',
  play: async (desk) => {
    await desk.act({
      what: 'Off',
      edit: { file, change: set(['spec.cache', { disabled: {} }]) },
      type: apply,
      until: ready,
      concerns: ['api', 'cache'],
    });
    await desk.act({
      what: 'On again',
      edit: { file, change: set(['spec.cache', { managed: {} }]) },
      type: apply,
      until: ready,
      concerns: ['api', 'cache'],
    });
  },
};
