/** Images that cannot be pulled: of the service, and of the database. */
import { apply, file, ready, set } from './edit.ts';
import type { Entry } from './entry.ts';

export const wrongImage: Entry = {
  name: 'wrong-image',
  title: 'An image that cannot be pulled',
  occasion: 'A release that does not exist, and then a MariaDB that does not: typing errors, both.',
  lesson:
    'A release is first migrated to, by a Job with its image: where that cannot be pulled, no pod of the API is touched. A store has one pod, and a wrong image takes it down until the right one is put back: try store versions elsewhere first. Nothing has to be deleted by hand. This cluster reaches no registry at all: most of the time until `ImagePull` is the container runtime waiting for a name server.',
  play: async (desk) => {
    await desk.act({
      what: 'A release that does not exist',
      edit: { file, change: set(['spec.version', '9.9.9']) },
      type: apply,
      until: { kind: 'says', reason: 'ImagePull', standing: 15 },
      show: ['kubectl get pods -l memo.sogangcomputerclub.org/app=memo'],
    });
    await desk.act({ what: 'Put back', edit: { file, change: 'undo' }, type: apply, until: ready });
    await desk.act({
      what: 'A MariaDB that does not exist',
      edit: { file, change: set(['spec.database.managed.version', '11.99']) },
      type: apply,
      until: { kind: 'says', reason: 'ImagePull', standing: 10 },
      concerns: ['database'],
    });
    await desk.act({
      what: 'Put back',
      edit: { file, change: 'undo' },
      type: apply,
      until: ready,
      concerns: ['database'],
    });
  },
};
