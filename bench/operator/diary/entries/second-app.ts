/** A second app in the namespace of the first. */
import { ready } from './edit.ts';
import type { Entry } from './entry.ts';

export const secondApp: Entry = {
  name: 'second-app',
  title: 'A second app in the namespace',
  occasion: 'The memos of former years get an app of their own.',
  lesson: 'Every child is named after its MemoApp, and selectors name it too: apps of one namespace never mix.',
  play: async (desk) => {
    await desk.act({
      what: 'The archive',
      type: ['kubectl apply -f archive.yaml'],
      until: ready,
      app: 'archive',
      show: ['kubectl get memoapp'],
    });
  },
};
