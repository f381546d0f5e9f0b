import type { Log } from '../../cluster/host/progress.ts';

/** What a container started from the image gets when nothing else is said: the part of an image's config we use. */
export interface ImageConfig {
  readonly User?: string;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly WorkingDir?: string;
  readonly Volumes?: readonly string[];
  readonly ExposedPorts?: readonly string[];
  /** What asks it to end in order; absent: SIGTERM. */
  readonly StopSignal?: string;
}

/** How one root file system is made from another. */
export interface Recipe {
  readonly name: string;
  /** The official name the image stands in for; absent for a step on the way. */
  readonly reference?: string;
  /** The root file system it starts from; absent for the first. */
  readonly parent?: Recipe;
  /** What of its making the recipe's own text does not show, such as versions: a change makes it anew. */
  readonly pins?: readonly string[];
  /** Runs on the machine and fills `root`, before the files and the script. `log` is told what the machine needs for it. */
  readonly prepare?: (root: string, log?: Log) => Promise<void>;
  /** Folders of `test/images/stand-ins/` whose files are laid over the root, in this order. */
  readonly files?: readonly string[];
  /** A shell script run as root inside the root file system. */
  readonly script?: string;
  /** A shell script run inside that fails when the result holds another version than the tag says. */
  readonly check?: string;
  readonly config?: ImageConfig;
}

/** Installs packages without what they merely recommend, and leaves no package lists or archives behind. */
export function aptInstall(...packages: readonly string[]): string {
  return `apt-get update -q
apt-get install -y -q --no-install-recommends ${packages.join(' ')}
${TRIM}`;
}

/** What the images of stores never need: lists, archives, manuals, translations, logs of the installation. */
export const TRIM = `apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/lib/dpkg/*-old /var/log/*.log /var/log/apt/*
find /usr/share/doc -mindepth 2 -not -type d -not -name copyright -delete
find /usr/share/doc -mindepth 1 -type d -empty -delete
rm -rf /usr/share/man/* /usr/share/info/* /usr/share/locale/* /usr/share/lintian/* /usr/share/i18n/locales/*
`;

export const STANDARD_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
