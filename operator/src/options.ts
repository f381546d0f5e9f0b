/** The command line: what can be set, within which bounds, and what is said to a value that cannot be. */
import { Command, InvalidArgumentError, Option } from 'commander';

export interface Options {
  /** Absent: all of them. */
  readonly namespaces?: readonly string[];
  readonly leaseNamespace?: string;
  readonly leaseDurationSeconds: number;
  readonly renewDeadlineSeconds: number;
  readonly healthPort: number;
  readonly workers: number;
  readonly resyncMinutes: number;
  /** Whether Secrets that carry the watch label are watched. */
  readonly secretWatch: boolean;
  readonly logLevel: string;
}

/** Each costs a watch a kind; who has more of them lets the operator see the whole cluster. */
const mostNamespaces = 100;

/**
 * A faulty option ends the process with code 1 and says what to write.
 * @param command what the options are added to; a test brings one that throws in place of ending
 */
export function parseOptions(argv: readonly string[], command = new Command('memo-operator')): Options {
  const options = withOptions(command).parse(argv).opts<Options>();
  if (options.renewDeadlineSeconds >= options.leaseDurationSeconds) {
    command.error(
      'error: --renew-deadline-seconds must be less than --lease-duration-seconds, or two operators would write at once',
    );
  }
  return options;
}

/** The list of options, from which docs/operator-options.md is made. */
export function withOptions(command: Command): Command {
  return command
    .description(
      'Keeps MemoApps as their specs ask. In a pod it uses the mounted service account, elsewhere a kubeconfig.',
    )
    .option(
      '--namespaces <names>',
      `look at these namespaces only, at most ${mostNamespaces}, as a,b,c; absent: all of them`,
      namespaces,
    )
    .option('--lease-namespace <name>', "where the Lease lives; absent: the pod's namespace")
    .option(
      '--lease-duration-seconds <number>',
      'after how much silence of the leader another operator takes over, 2 to 300',
      whole(2, 300),
      15,
    )
    .option(
      '--renew-deadline-seconds <number>',
      'after how long without an answer to its renewals the leader gives up; less than the duration',
      whole(1, 299),
      10,
    )
    .option('--health-port <port>', 'port of /livez, /readyz and /metrics; 0: a free one', whole(0, 65_535), 8080)
    .option(
      '--workers <number>',
      'workers, 1 to 100: each takes one MemoApp after the other, and goes on to the next where one takes longer than 2 s',
      whole(1, 100),
      8,
    )
    .option(
      '--resync-minutes <number>',
      'how often every MemoApp is looked at again, give or take a third, 0.01 to 1440',
      within(0.01, 1440),
      10,
    )
    .option(
      '--no-secret-watch',
      'never list or watch Secrets: a change of one is seen at the next look at its MemoApp, labelled or not',
    )
    .addOption(
      new Option('--log-level <level>', 'the least important log lines to write')
        .choices(['trace', 'debug', 'info', 'warn', 'error'])
        .default('info'),
    );
}

function namespaces(text: string): readonly string[] {
  const names = [...new Set(text.split(',').map((name) => name.trim()))];
  const wrong = names.find((name) => !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name));
  if (wrong !== undefined) throw new InvalidArgumentError(`"${wrong}" is no namespace. Write them as a,b,c.`);
  if (names.length <= mostNamespaces) return names;
  throw new InvalidArgumentError(`Name at most ${mostNamespaces}, or leave it out to look at the whole cluster.`);
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    if (/^\d+$/.test(text) && inside(Number(text), least, most)) return Number(text);
    throw new InvalidArgumentError(`Write a whole number from ${least} to ${most}.`);
  };
}

function within(least: number, most: number): (text: string) => number {
  return (text) => {
    if (/^\d+(\.\d+)?$/.test(text) && inside(Number(text), least, most)) return Number(text);
    throw new InvalidArgumentError(`Write a number from ${least} to ${most}.`);
  };
}

function inside(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}
