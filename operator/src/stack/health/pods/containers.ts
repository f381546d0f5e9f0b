/** What a container that is not ready says of itself. Each rule is a function of what the kubelet reports, without a clock. */
import type { ContainerStateTerminated, ContainerStatus } from 'kubernetes-types/core/v1.js';
import type { Problem } from '../../../api/conditions.ts';
import { Reason } from '../../../api/reasons.ts';
import type { PodPart } from '../../network/flows.ts';
import { fieldOf, imageFields } from '../fields.ts';
import { quoted } from '../quote.ts';

/** The container by its pod, for a message. */
interface Subject {
  readonly part: PodPart;
  readonly pod: string;
  readonly name: string;
  readonly fullForGood: () => string | undefined;
}

/** @param fullForGood asked of a full volume: what is to be said of one that cannot grow; undefined: raising its size helps */
export function containerProblem(
  part: PodPart,
  pod: string,
  status: ContainerStatus,
  fullForGood: () => string | undefined,
): Problem | undefined {
  // What ended it last time is history once it serves again.
  if (status.ready) return undefined;
  const subject = { part, pod, name: status.name, fullForGood };
  return startProblem(subject, status) ?? endProblem(subject, status);
}

/** What keeps it from being started at all. */
function startProblem({ part, pod }: Subject, { image, state }: ContainerStatus): Problem | undefined {
  const { message: words, reason } = state?.waiting ?? {};
  if (reason === undefined) return undefined;
  if (imageReasons.has(reason)) {
    const why = quoted(withoutPreamble(words ?? reason));
    const message = `pod ${pod} cannot pull ${image}: ${why}; see to ${imageFields(part)}, and to spec.imagePullSecrets`;
    return { reason: Reason.ImagePull, message };
  }
  if (reason !== 'CreateContainerConfigError' && reason !== 'CreateContainerError') return undefined;
  const message = `pod ${pod} cannot start: ${quoted(words ?? reason)}`;
  // What `env` refers to, such as `secret "mail" not found`: of our pods only those of the API have any.
  if (part !== 'api' || !/secret|configmap/i.test(words ?? '')) {
    return { reason: Reason.PodNotStarted, message: `${message}; see: kubectl describe pod ${pod}` };
  }
  return { reason: Reason.ReferenceMissing, message: `${message}; make it, or correct spec.api.env` };
}

/** What ends it. */
function endProblem({ fullForGood, name, part, pod }: Subject, status: ContainerStatus): Problem | undefined {
  const { lastState, state } = status;
  const ended = state?.terminated ?? lastState?.terminated;
  const container = `container ${name} of pod ${pod}`;
  if (storesWithVolume.has(part) && noSpace.test(ended?.message ?? '')) {
    const way = fullForGood() ?? `raise ${fieldOf(part)}.storage.size, it grows while the pod is down`;
    const message = `the volume of pod ${pod} is full, and ${container} ends because of that; ${way}`;
    return { reason: Reason.DiskFull, message };
  }
  if (ended?.reason === 'OOMKilled') {
    const way =
      part === 'migrate' || part === 'topic'
        ? '; it is tried again'
        : `; raise ${fieldOf(part)}.resources.limits.memory`;
    return { reason: Reason.OutOfMemory, message: `${container} reached its memory limit and was ended${way}` };
  }
  if (state?.waiting?.reason !== 'CrashLoopBackOff' && !isLooping(status, ended)) return undefined;
  const message = `${container} ends with code ${ended?.exitCode ?? '?'} again and again; see: kubectl logs ${pod} -c ${name} --previous`;
  return { reason: Reason.CrashLoop, message };
}

const imageReasons: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);

/**
 * The registry's words alone. What kubelet and container runtime put before them names the image three times over, and is
 * another in every second report of the same failure; the ports of a connection are others in each.
 */
function withoutPreamble(words: string): string {
  return words
    .replace(/^Back-off pulling image "[^"]*"(: )?/, '')
    .replace(/^ErrImagePull: /, '')
    .replace(/^rpc error: code = \w+ desc = /, '')
    .replace(/^failed to pull and unpack image "[^"]*": /, '')
    .replace(/^failed to resolve reference "[^"]*": /, '')
    .replace(/^failed to resolve image: /, '')
    .replace(/ on \S+:53: /, ': ')
    .replace(/(?:read|write) (?:udp|tcp) \S+->\S+: /, '')
    .replace(/^$/, 'it is tried again later');
}

const storesWithVolume: ReadonlySet<PodPart> = new Set<PodPart>(['database', 'events', 'zookeeper']);

/** The text of ENOSPC, as MariaDB and Java both print it. */
const noSpace = /no space left on device/i;

/** A run that long and the kubelet begins its back-off anew. */
const backOffReset = 10 * 60_000;

/**
 * Between two back-offs the container runs, or has just ended: a loop all the same, else the condition would go to and fro
 * with each turn. A single restart, or one after a long run, is none.
 */
function isLooping({ restartCount }: ContainerStatus, ended: ContainerStateTerminated | undefined): boolean {
  const { finishedAt, startedAt } = ended ?? {};
  if (restartCount < 2 || startedAt === undefined || finishedAt === undefined) return false;
  return Date.parse(finishedAt) - Date.parse(startedAt) < backOffReset;
}
