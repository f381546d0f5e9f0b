import { run } from '../../cluster/host/command.ts';
import type { CommandOptions } from '../../cluster/host/command.ts';
import type { Log } from '../../cluster/host/progress.ts';

/** Runs a command in mount and pid namespaces of its own: what it mounts and starts ends with it, whatever kills us. */
export async function runApart(command: string, args: readonly string[], options?: CommandOptions): Promise<string> {
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private', '--mount-proc'];
  return run('unshare', [...namespaces, command, ...args], options);
}

/** The outer half of a visit to a root file system. $1 is the root, $2 the script, the rest its arguments. */
const VISIT = `
mount -t proc proc "$1/proc"
mount -t tmpfs -o mode=1777 tmpfs "$1/tmp"
touch "$1/etc/resolv.conf"
mount --bind "$(readlink -f /etc/resolv.conf)" "$1/etc/resolv.conf"
root=$1 script=$2
shift 2
exec chroot "$root" /bin/sh -euc "$script" sh "$@"
`;

/**
 * Runs a shell script as root inside a root file system, apart. The script sees the network and the name servers of the machine,
 * a /proc and an empty /tmp.
 */
export async function inRoot(root: string, script: string, log?: Log): Promise<string> {
  const { PATH, http_proxy, https_proxy, no_proxy } = process.env;
  return runApart('sh', ['-euc', VISIT, 'sh', root, script], {
    env: {
      PATH: `/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin${PATH === undefined ? '' : `:${PATH}`}`,
      LC_ALL: 'C.UTF-8',
      HOME: '/root',
      DEBIAN_FRONTEND: 'noninteractive',
      ...(http_proxy === undefined ? {} : { http_proxy }),
      ...(https_proxy === undefined ? {} : { https_proxy }),
      ...(no_proxy === undefined ? {} : { no_proxy }),
    },
    log,
  });
}
