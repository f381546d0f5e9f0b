/** Jobs that run the service's image once. */
import type { Job } from 'kubernetes-types/batch/v1.js';
import type { PodSpec } from 'kubernetes-types/core/v1.js';
import { labels, startHashAnnotation, type Part } from '../../api/labels.ts';
import { names } from '../../api/names.ts';
import type { ResolvedApp, ResolvedPod } from '../../api/resolved.ts';
import type { KubeObject } from '../../runtime/object.ts';
import { metadata } from '../metadata.ts';
import {
  contentHash,
  imageReference,
  lastWords,
  podDefaults,
  resourcesOf,
  restricted,
  scheduling,
  scratch,
  secretMounts,
  userIds,
} from '../pod.ts';
import type { MountedSecret, Scheduling } from '../pod.ts';

export interface Task {
  readonly part: Extract<Part, 'migrate' | 'topic'>;
  /** What the task is about beside the image: another answer here is another Job. */
  readonly about: readonly unknown[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly secrets: readonly MountedSecret[];
  /** The exit code after which no other try can end better. */
  readonly hopeless?: number;
}

const size = { requests: { cpu: '50m', memory: '96Mi' }, limits: { memory: '256Mi' } };

export function jobName(app: ResolvedApp, { about, part }: Pick<Task, 'about' | 'part'>): string {
  return `${app.name}-${part}-${contentHash(imageOf(app), about).slice(0, 8)}`;
}

function imageOf(app: ResolvedApp): string {
  return imageReference({ ...app.api.image, tag: app.version });
}

/**
 * Named by what it is about, and never changed afterwards: Kubernetes refuses another template for a Job that is there, and
 * another log level is no reason to run it again. One whose pod cannot start is made anew with what it lacks (`startsAsBefore`).
 */
export function job(app: ResolvedApp, task: Task): KubeObject {
  const image = imageOf(app);
  const writable = scratch({ tmp: '/tmp' });
  const secrets = secretMounts(task.secrets);
  const name = jobName(app, task);
  const start = { ...podDefaults(app, names(app).jobs, userIds.memo), ...scheduling(asApi(app)) };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadata(app, name, task.part, { [startHashAnnotation]: startHash(start) }),
    spec: {
      // With backoff from 10 s on: about a quarter of an hour of trying.
      backoffLimit: 6,
      ...(task.hopeless !== undefined && { podFailurePolicy: failAt(task.part, task.hopeless) }),
      completions: 1,
      parallelism: 1,
      template: {
        metadata: { labels: labels(app, task.part) },
        spec: {
          ...start,
          containers: [
            {
              name: task.part,
              image,
              args: [task.part],
              env: task.env.map((variable) => ({ ...variable })),
              resources: resourcesOf(size),
              securityContext: { ...restricted },
              ...lastWords,
              volumeMounts: [...secrets.mounts, ...writable.mounts],
            },
          ],
          restartPolicy: 'Never',
          volumes: [...secrets.volumes, ...writable.volumes],
        },
      },
    },
  };
}

/** Whether the pod of a Job that is there is given what the wanted one's would be to start with: nothing else may ever start it. */
export function startsAsBefore(wanted: KubeObject, live: Job): boolean {
  // By what was asked for: what a webhook has added to the Job that is there, it would add to the next one too.
  const { [startHashAnnotation]: asked = startHash(live.spec?.template.spec) } = live.metadata?.annotations ?? {};
  return asked === wanted.metadata.annotations?.[startHashAnnotation];
}

function startHash(pod: Pick<PodSpec, 'imagePullSecrets' | keyof Scheduling> = {}): string {
  const { affinity, imagePullSecrets, nodeSelector, priorityClassName, tolerations } = pod;
  return contentHash({ affinity, imagePullSecrets, nodeSelector, priorityClassName, tolerations });
}

/**
 * On the nodes of the API, whose image it runs. Not near to its pods or away from them: a migration comes before them, and
 * where each node has one of them it would find no node at all.
 */
function asApi({ api }: ResolvedApp): ResolvedPod {
  const { nodeAffinity } = api.pod.affinity ?? {};
  return { ...api.pod, affinity: nodeAffinity && { nodeAffinity } };
}

function failAt(containerName: string, exitCode: number): object {
  const onExitCodes = { containerName, operator: 'In', values: [exitCode] };
  return { rules: [{ action: 'FailJob', onExitCodes }] };
}
