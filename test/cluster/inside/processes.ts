/** The programs of a cluster: started with a log file each, started again when they die, and broken on purpose by tests. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { freeze } from '../host/frozen.ts';
import { until } from '../../until.ts';
import type { Log } from '../host/progress.ts';

export interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Answers once the program does its work; throws or returns false before. */
  readonly ready?: () => Promise<boolean>;
}

export interface ProcessStatus {
  readonly name: string;
  readonly pid: number | undefined;
  readonly paused: boolean;
  readonly restarts: number;
}

interface Slot {
  readonly program: Program;
  child: ChildProcess | undefined;
  paused: boolean;
  /** False after a test killed it: it stays down until it is restarted. */
  wanted: boolean;
  restarts: number;
  /** Deaths since it was last ready. */
  failures: number;
}

const READY_SECONDS = 90;
const FIRST_RESTART_DELAY_MILLISECONDS = 500;
const LONGEST_RESTART_DELAY_MILLISECONDS = 10_000;
/** Who dies so often before being ready once will not become so. */
const FAILURES_BEFORE_GIVING_UP = 3;
const STOP_SECONDS = 10;

export class Processes {
  readonly #slots = new Map<string, Slot>();
  readonly #logs: string;
  readonly #log: Log;

  constructor(logs: string, log: Log) {
    this.#logs = logs;
    this.#log = log;
    mkdirSync(logs, { recursive: true });
  }

  /** Starts a program and waits until it is ready. */
  async start(program: Program): Promise<void> {
    const slot: Slot = { program, child: undefined, paused: false, wanted: true, restarts: 0, failures: 0 };
    this.#slots.set(program.name, slot);
    this.#spawn(slot);
    await this.#ready(slot);
  }

  list(): ProcessStatus[] {
    return [...this.#slots.values()].map(({ program, child, paused, restarts }) => ({
      name: program.name,
      pid: child?.pid,
      paused,
      restarts,
    }));
  }

  /** Freezes a program: from the answer on it keeps its connections and does nothing more. */
  async pause(name: string): Promise<void> {
    const slot = this.#slot(name);
    const child = running(slot);
    slot.paused = true;
    await freeze(child.pid ?? 0, () => slot.child === child);
  }

  resume(name: string): void {
    const slot = this.#slot(name);
    running(slot).kill('SIGCONT');
    slot.paused = false;
  }

  /** Ends a program at once; it stays down until `restart`. */
  async kill(name: string): Promise<void> {
    await this.#stop(this.#slot(name), 'SIGKILL');
  }

  /** Ends a program orderly, if it runs, and starts it again; waits until it is ready. */
  async restart(name: string): Promise<void> {
    const slot = this.#slot(name);
    await this.#stop(slot, 'SIGTERM');
    slot.wanted = true;
    slot.restarts += 1;
    this.#spawn(slot);
    await this.#ready(slot);
  }

  async #stop(slot: Slot, signal: NodeJS.Signals): Promise<void> {
    slot.wanted = false;
    const { child } = slot;
    if (child === undefined) return;
    child.kill(signal);
    if (slot.paused) child.kill('SIGCONT');
    const patience = { seconds: STOP_SECONDS, hint: `see ${this.#logPath(slot)}` };
    const ended = until(`end of ${slot.program.name}`, () => slot.child === undefined, patience);
    try {
      await ended;
    } catch {
      // Without etcd the API server never ends by itself: it had its time.
      child.kill('SIGKILL');
      await until(`end of ${slot.program.name}`, () => slot.child === undefined, patience);
    }
  }

  #spawn(slot: Slot): void {
    const { name, command, args, env } = slot.program;
    const file = openSync(this.#logPath(slot), 'a');
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', file, file] });
    closeSync(file);
    slot.child = child;
    slot.paused = false;
    child.once('error', (error) => this.#log(`${name} could not be started: ${error.message}`));
    child.once('close', (code, signal) => {
      slot.child = undefined;
      if (!slot.wanted) return;
      this.#log(`${name} ended with ${code ?? String(signal)} and is started again; see ${this.#logPath(slot)}`);
      slot.restarts += 1;
      slot.failures += 1;
      const delay = FIRST_RESTART_DELAY_MILLISECONDS * 2 ** (slot.failures - 1);
      setTimeout(
        () => {
          if (slot.wanted && slot.child === undefined) this.#spawn(slot);
        },
        Math.min(delay, LONGEST_RESTART_DELAY_MILLISECONDS),
      );
    });
  }

  async #ready(slot: Slot): Promise<void> {
    const { name, ready } = slot.program;
    if (ready === undefined) return;
    slot.failures = 0;
    const log = this.#logPath(slot);
    const patience = { seconds: READY_SECONDS, hint: `its log is ${log}`, everyMilliseconds: 50 };
    const outcome = await until<'ready' | 'gave up'>(
      `${name} ready`,
      async () => {
        if (slot.failures >= FAILURES_BEFORE_GIVING_UP) {
          // A restart is on its way already: it must find that nobody wants the program any more.
          slot.wanted = false;
          return 'gave up';
        }
        return (await ready()) ? 'ready' : undefined;
      },
      patience,
    );
    if (outcome === 'gave up') {
      const tail = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-5).join('\n');
      throw new Error(`${name} ended ${slot.failures} times while it started; the end of ${log}:\n${tail}`);
    }
    slot.failures = 0;
  }

  #slot(name: string): Slot {
    const slot = this.#slots.get(name);
    if (slot === undefined)
      throw new Error(`no process is called ${name}; running: ${[...this.#slots.keys()].join(', ')}`);
    return slot;
  }

  #logPath(slot: Slot): string {
    return join(this.#logs, `${slot.program.name}.log`);
  }
}

function running(slot: Slot): ChildProcess {
  if (slot.child === undefined) throw new Error(`${slot.program.name} does not run`);
  return slot.child;
}
