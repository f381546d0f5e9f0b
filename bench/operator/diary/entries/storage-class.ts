/** A StorageClass that is not there, in an app that runs and in a new one. */
import { apply, file, ready, set } from './edit.ts';
import type { Entry } from './entry.ts';

export const storageClass: Entry = {
  name: 'storage-class',
  title: 'A StorageClass that is not there',
  occasion: 'The manifest of another cluster names the StorageClass `fast`.',
  lesson:
    'A volume stays in the class that it was made in, so a running app is never moved by a typing error. An app whose claim waits goes on by itself once the class is there.',
  play: async (desk) => {
    await desk.act({
      what: 'In the app that runs',
      edit: { file, change: set(['spec.database.managed.storage.className', 'fast']) },
      type: apply,
      until: { kind: 'refused' },
    });
    await desk.act({
      what: 'In a new app',
      type: ['kubectl apply -f trial.yaml'],
      until: { kind: 'says', reason: 'VolumePending', standing: 10 },
      app: 'trial',
    });
    await desk.act({
      what: 'The class is made',
      type: ['kubectl apply -f fast.yaml'],
      until: ready,
      app: 'trial',
    });
    await desk.act({
      what: 'The trial is over',
      type: ['kubectl delete memoapp trial'],
      until: { kind: 'gone', leaving: 'nothing' },
      app: 'trial',
      show: ['kubectl get pvc,secret -l memo.sogangcomputerclub.org/app=trial'],
    });
  },
};
