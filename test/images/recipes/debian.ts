import { ensurePackages } from '../../cluster/host/packages.ts';
// debootstrap mounts what it installs into. Under the name of before: the text of `prepare` is part of the recipe's key.
import { runApart as run } from '../making/chroot.ts';
import { STANDARD_PATH, TRIM } from './recipe.ts';
import type { Recipe } from './recipe.ts';

/** Debian 13, the smallest set of packages that still has apt. DEBIAN_MIRROR names another mirror than debootstrap's own. */
export const debian: Recipe = {
  name: 'debian',
  reference: 'debian:trixie-slim',
  async prepare(root, log) {
    await ensurePackages([{ command: 'debootstrap', package: 'debootstrap' }], log);
    const mirror = process.env['DEBIAN_MIRROR'];
    await run('debootstrap', ['--variant=minbase', 'trixie', root, ...(mirror === undefined ? [] : [mirror])]);
  },
  // Services never start in an image under construction. The runtime writes hosts and resolv.conf of its own.
  script: `printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d
chmod +x /usr/sbin/policy-rc.d
printf 'path-exclude /usr/share/man/*\\npath-exclude /usr/share/locale/*\\npath-exclude /usr/share/doc/*\\npath-include /usr/share/doc/*/copyright\\n' >/etc/dpkg/dpkg.cfg.d/slim
printf '127.0.0.1 localhost\\n::1 localhost\\n' >/etc/hosts
rm -f /etc/hostname
${TRIM}`,
  check: `grep -q '^13' /etc/debian_version`,
  config: { Env: [STANDARD_PATH], Cmd: ['bash'] },
};
