/** Where the admin sits: types, waits, and writes down what was said and what it cost those who used the app. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from 'kubernetes-types/events/v1.js';
import { parseDocument, type Document } from 'yaml';
import type { MemoApp } from '../../../operator/src/api/memoapp.ts';
import type { Kubectl } from '../../../scripts/stack/kubectl.ts';
import { until } from '../../../test/until.ts';
import type { Client, Memo } from '../../../test/e2e/harness/client.ts';
import { remains } from '../../../test/e2e/harness/remains.ts';
import { witnessed } from '../../../test/e2e/harness/witness.ts';
import { changes, snapshot, type PartName } from './pods.ts';
import type { ActRecord, EntryRecord } from './record.ts';
import { apiAwaySeconds, conditionOf, metSince, saidOf } from './said.ts';
import type { Shell } from './shell.ts';
import type { Trickle } from './trickle.ts';
import type { Sighting, Watch } from './watch.ts';

/** What an act waits for. `says`: in some seconds on end. `gone`: with or without its volumes and Secrets. */
export type Goal =
  | { readonly kind: 'ready' }
  | { readonly kind: 'says'; readonly reason: string; readonly standing: number }
  | { readonly kind: 'refused' }
  | { readonly kind: 'gone'; readonly leaving: 'data' | 'nothing' };

export interface Act {
  readonly what: string;
  /** A change of a file in the folder, before the commands; or the last one taken back. */
  readonly edit?: { readonly file: string; readonly change: ((document: Document) => void) | 'undo' };
  readonly type: readonly string[];
  readonly until: Goal;
  /** The MemoApp that it is about; the first one where absent. */
  readonly app?: string;
  /** Parts of the first MemoApp that it is about. */
  readonly concerns?: readonly PartName[];
  /** Commands whose output belongs into the diary, run at the end. */
  readonly show?: readonly string[];
  /** Questions of which the answers do, asked at the end. */
  readonly find?: readonly (() => Promise<string>)[];
}

/** The namespace of the day, and its first MemoApp. */
export const home = { namespace: 'club', name: 'memo' } as const;

/** Seconds after which an act is given up. */
const DEADLINE = 150;
/** Milliseconds that a state has to stand to count. */
const CALM = 5_000;

export interface DeskOptions {
  readonly kubectl: Kubectl;
  readonly shell: Shell;
  readonly watch: Watch;
  readonly client: Client;
  readonly trickle: Trickle;
}

export class Desk {
  readonly #options: DeskOptions;
  #prepared: string[] = [];
  #acts: ActRecord[] = [];

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** What was done since the last time. */
  take(): Pick<EntryRecord, 'prepared' | 'acts'> {
    const taken = { prepared: this.#prepared, acts: this.#acts };
    [this.#prepared, this.#acts] = [[], []];
    return taken;
  }

  /** What others do before. */
  async prepare(lines: readonly string[]): Promise<void> {
    await this.#options.shell.run(lines);
    this.#prepared.push(...lines);
  }

  async act(act: Act): Promise<void> {
    const { kubectl, shell, trickle, watch } = this.#options;
    const name = act.app ?? home.name;
    const edit = act.edit && (await this.#edit(act.edit));
    const before = await snapshot(kubectl, home);
    const began = new Date();
    const start = performance.now();
    const refusal = act.until.kind === 'refused' ? await shell.refused(act.type) : undefined;
    if (refusal === undefined) await shell.run(act.type);
    else if (act.edit) this.#putBack(act.edit.file);
    const app = { namespace: home.namespace, name };
    const end = await witnessed(kubectl, app, async () => await this.#reached(act, name, start));
    const now = performance.now();
    const said = saidOf(watch.before(start, name), watch.since(start, name), start);
    const after = await snapshot(kubectl, home);
    this.#acts.push({
      what: act.what,
      ...(edit !== undefined && { edit }),
      typed: act.type,
      ...(refusal !== undefined && { refusal }),
      until: sentence(act.until),
      seconds: (end - start) / 1000,
      said,
      warnings: await this.#warnings(
        name,
        began,
        said.map(({ message }) => message),
      ),
      apiAwaySeconds: apiAwaySeconds(watch.before(start, home.name), watch.since(start, home.name), start, now),
      ...trickle.take(),
      ...changes(before, after, act.concerns ?? []),
      shown: await this.#shown(act.show ?? []),
      found: await Promise.all((act.find ?? []).map(async (find) => await find())),
    });
  }

  /** How the API answers to the memo of that id. */
  async answerTo({ id, title }: Memo): Promise<string> {
    const { json, status } = await this.#options.client.call('GET', `/v1/memos/${id}`);
    if (status !== 200) return `is answered with ${status}`;
    return (json as Memo).title === title
      ? 'is answered as it was written'
      : 'is answered with another memo of that id';
  }

  async #edit({ change, file }: NonNullable<Act['edit']>): Promise<string> {
    const { shell } = this.#options;
    const path = join(shell.folder, file);
    const text = readFileSync(path, 'utf8');
    const next = change === 'undo' ? readFileSync(`${path}.before`, 'utf8') : edited(text, change);
    writeFileSync(`${path}.before`, text);
    writeFileSync(path, next);
    return await shell.difference(`${file}.before`, file);
  }

  #putBack(file: string): void {
    const path = join(this.#options.shell.folder, file);
    copyFileSync(`${path}.before`, path);
  }

  /** Waits for the goal. @returns when it was reached */
  async #reached({ until: goal, what }: Act, name: string, start: number): Promise<number> {
    const { kubectl, watch } = this.#options;
    const patience = { seconds: DEADLINE, hint: `the diary stops at: ${what}`, everyMilliseconds: 200 };
    switch (goal.kind) {
      case 'refused':
        return performance.now();
      case 'gone':
        return await until(
          'it is gone',
          async () => {
            const left = await remains(kubectl, home.namespace);
            const ofIt = left.filter((object) => new RegExp(`/(data-)?${name}-`).test(object));
            const spared = goal.leaving === 'data' ? /^(persistentvolumeclaim|secret)\// : /^$/;
            return ofIt.every((object) => spared.test(object)) ? performance.now() : undefined;
          },
          patience,
        );
      case 'ready':
      case 'says': {
        const memoApp = await kubectl.get<MemoApp>('memoapp', name, '-n', home.namespace);
        const generation = memoApp?.metadata.generation ?? 0;
        const calm = goal.kind === 'ready' ? CALM : goal.standing * 1000;
        return await until(
          sentence(goal),
          () => {
            const since = metSince(watch.since(start, name), (sighting) => isMet(goal, sighting, generation));
            return since !== undefined && performance.now() - since >= calm && since;
          },
          patience,
        );
      }
    }
  }

  async #warnings(name: string, since: Date, known: readonly string[]): Promise<string[]> {
    const events = await this.#options.kubectl.list<Event>('events.events.k8s.io', '-n', home.namespace);
    const told = events
      .filter(({ regarding, type }) => regarding?.kind === 'MemoApp' && regarding.name === name && type === 'Warning')
      .filter(({ eventTime, series }) => Date.parse(series?.lastObservedTime ?? eventTime) >= since.getTime())
      .map(({ note = '', reason = '' }) => `${reason}: ${note}`)
      .filter((line) => !known.some((message) => line.endsWith(`: ${message}`)));
    return [...new Set(told)];
  }

  async #shown(commands: readonly string[]): Promise<ActRecord['shown']> {
    const shown: { command: string; output: string }[] = [];
    // Also where kubectl says that there is nothing.
    for (const command of commands) shown.push({ command, output: await this.#options.shell.run([`${command} 2>&1`]) });
    return shown;
  }
}

function edited(text: string, change: (document: Document) => void): string {
  const document = parseDocument(text);
  change(document);
  return document.toString({ lineWidth: 0 });
}

function isMet(goal: Extract<Goal, { kind: 'ready' | 'says' }>, sighting: Sighting, generation: number): boolean {
  const { deleted, memoApp } = sighting;
  const ready = conditionOf(memoApp, 'Ready');
  if (deleted || !ready || (ready.observedGeneration ?? 0) < generation) return false;
  return goal.kind === 'ready' ? ready.status === 'True' : ready.status !== 'True' && ready.reason === goal.reason;
}

function sentence(goal: Goal): string {
  switch (goal.kind) {
    case 'ready':
      return '`Ready` is True';
    case 'says':
      return `\`Ready\` says \`${goal.reason}\``;
    case 'refused':
      return 'it is refused';
    case 'gone':
      return goal.leaving === 'data' ? 'only volumes and Secrets are left' : 'nothing of it is left';
  }
}
