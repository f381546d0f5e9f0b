/** What a person would look at first when a part does not come up: pods that are not ready, their last words, warnings. */
import type { Event, Pod } from 'kubernetes-types/core/v1.js';
import type { Kubectl } from './kubectl.ts';
import { troubles } from './trouble.ts';
import type { Trouble } from './trouble.ts';

const MOST_PODS = 3;
const MOST_LINES = 6;
const MOST_WARNINGS = 3;

/** Which pods are asked about. */
export interface Suspects {
  readonly namespace: string;
  readonly selector: string;
}

/** Lines for the terminal; never throws: it is called when something has failed already. */
export async function diagnose(kubectl: Kubectl, { namespace, selector }: Suspects): Promise<string[]> {
  try {
    const found = await troublesOf(kubectl, { namespace, selector });
    const lines: string[] = [];
    for (const trouble of found) lines.push(...(await describe(kubectl, namespace, trouble)));
    // Pods that were refused, or found no volume, show only in events.
    if (found.every(({ log }) => log === undefined)) lines.push(...(await warnings(kubectl, namespace)));
    return lines;
  } catch (error) {
    return [`the cluster does not answer: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** The first few pods that are not ready, and why. */
export async function troublesOf(kubectl: Kubectl, { namespace, selector }: Suspects): Promise<Trouble[]> {
  return troubles(await kubectl.list<Pod>('pods', '-n', namespace, '-l', selector)).slice(0, MOST_PODS);
}

/** Everything about the pods of a namespace, for the log file. */
export async function details(kubectl: Kubectl, namespace: string): Promise<string> {
  const parts = [
    ['get', 'all,pvc,ingress', '-n', namespace, '-o', 'wide'],
    ['describe', 'pods', '-n', namespace],
    ['get', 'events', '-n', namespace, '--sort-by=.lastTimestamp'],
  ];
  const texts = parts.map(async (args) => {
    const text = await kubectl.run(args).catch((error: unknown) => String(error));
    return `--- kubectl ${args.join(' ')}\n${text}`;
  });
  return (await Promise.all(texts)).join('\n');
}

/** Every container's log, for the log file. */
export async function logs(kubectl: Kubectl, { namespace, selector }: Suspects): Promise<string> {
  const args = ['logs', '-n', namespace, '-l', selector, '--all-containers', '--prefix', '--tail=200'];
  const text = await kubectl.run([...args, '--ignore-errors']).catch((error: unknown) => String(error));
  return `--- kubectl ${args.join(' ')}\n${text}`;
}

async function describe(kubectl: Kubectl, namespace: string, trouble: Trouble): Promise<string[]> {
  const { pod, container, why, log } = trouble;
  const lines = [`pod ${pod}: ${why}`];
  if (log === undefined || container === undefined) return lines;
  const args = ['logs', '-n', namespace, pod, '-c', container, ...(log === 'previous' ? ['--previous'] : [])];
  const text = await kubectl.run([...args, `--tail=${MOST_LINES}`]).catch(() => '');
  const words = text
    .trim()
    .split('\n')
    .filter((line) => line !== '');
  lines.push(words.length === 0 ? '  its log is empty' : `  last lines of ${kubectl.words()} ${args.join(' ')}`);
  return [...lines, ...words.map((line) => `    ${line.slice(0, 300)}`)];
}

async function warnings(kubectl: Kubectl, namespace: string): Promise<string[]> {
  const events = await kubectl.list<Event>('events', '-n', namespace, '--field-selector', 'type=Warning');
  const latest = new Map<string, string>();
  for (const { involvedObject, reason, message } of events.toSorted(byTime)) {
    const object = `${involvedObject.kind ?? ''} ${involvedObject.name ?? ''}`;
    // The same refusal comes again and again for one object.
    latest.delete(object);
    latest.set(object, `warning of ${object}: ${reason ?? ''}: ${(message ?? '').slice(0, 300)}`);
  }
  return [...latest.values()].slice(-MOST_WARNINGS);
}

function byTime(a: Event, b: Event): number {
  return timeOf(a).localeCompare(timeOf(b));
}

function timeOf({ lastTimestamp, eventTime, metadata }: Event): string {
  return lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '';
}
