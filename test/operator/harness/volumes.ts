/** Volumes for whoever claims one: simulated nodes have no provisioner. */
import type { KubeObject } from '../../../operator/src/runtime/object.ts';

const storageClassName = 'ready-made';

/** The default class, without a provisioner: a claim takes one of the volumes that are there. */
export const readyMadeClass: KubeObject = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: storageClassName, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'kubernetes.io/no-provisioner',
};

/** So many volumes of that class. */
export function readyMadeVolumes(count: number, prefix = 'volume'): KubeObject[] {
  return Array.from({ length: count }, (_, index) => volume(`${prefix}-${index}`, { storageClassName }));
}

/** A class whose provisioner is not there: whoever asks it for a volume, or for a larger one, waits. */
export const slowClass: KubeObject = {
  ...readyMadeClass,
  metadata: { name: 'slow' },
  provisioner: 'example.com/nobody',
  allowVolumeExpansion: true,
};

/** One of that class, for this claim alone: what its provisioner would have made. */
export function slowVolume(claimRef: { readonly namespace: string; readonly name: string }): KubeObject {
  return volume(`${claimRef.namespace}-late`, { storageClassName: 'slow', claimRef });
}

function volume(name: string, spec: object): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '20Gi' }, hostPath: { path: '/nowhere' }, ...spec },
  };
}
