/** The last words of `make up`: the address, and what to try. */
import type { MemoApp } from '../../operator/src/api/memoapp.ts';
import { names, ports } from '../../operator/src/api/names.ts';
import { ensurePackages } from '../../test/cluster/host/packages.ts';
import type { Kubectl } from '../stack/kubectl.ts';
import type { Steps } from './steps.ts';

/** Where requests go in: an Ingress controller, or a forwarded port. */
export type Entrance =
  | { readonly kind: 'ingress'; readonly base: string; readonly host: string }
  | { readonly kind: 'forward'; readonly command: string; readonly base: string };

/** A port of this machine that leads to the API's Service while a command runs. */
export function forwarded(memoApp: MemoApp, kubectl: Kubectl): Entrance {
  const namespace = memoApp.metadata.namespace ?? '';
  const service = `service/${names(memoApp.metadata).api}`;
  const command = `${kubectl.words()} -n ${namespace} port-forward ${service} ${ports.api}:${ports.api}`;
  return { kind: 'forward', command, base: `http://127.0.0.1:${ports.api}` };
}

/** What is up is up: where curl is missing and cannot be installed, that is said and no failure. */
export async function ensureCurl(steps: Steps): Promise<void> {
  try {
    await ensurePackages([{ command: 'curl', package: 'curl' }], (line) => steps.say(line));
  } catch (error) {
    steps.say(`the commands below need curl: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Whole commands, to be pasted as they stand. */
export function endingLines(memoApp: MemoApp, entrance: Entrance, kubectl: Kubectl): string[] {
  const namespace = memoApp.metadata.namespace ?? '';
  const curl = entrance.kind === 'ingress' ? `curl -sS -H 'Host: ${entrance.host}'` : 'curl -sS';
  const { base } = entrance;
  const memo = `-H 'Content-Type: application/json' -d '{"title":"첫 메모","content":"안녕하세요"}'`;
  const search = `${base}/v1/memos/search/?q=${encodeURIComponent('안녕')}`;
  return [
    entrance.kind === 'ingress' ? `${base} (Host: ${entrance.host})` : `${base} while this runs: ${entrance.command}`,
    '',
    'Try:',
    `  ${curl} ${memo} ${base}/v1/memos/`,
    `  ${curl} '${search}'`,
    `  ${kubectl.words()} -n ${namespace} get memoapp,pods`,
  ];
}
