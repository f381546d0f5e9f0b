#!/bin/sh
# Brings Node and the npm dependencies of this checkout; everything else is installed by the programs that need it.
# Needs root and the package registries only where something is missing. Safe to run again: a second run costs nothing.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

# install WHAT PACKAGE...
install() {
  if ! command -v apt-get >/dev/null 2>&1; then
    say "$1 is missing and this is not a Debian machine: install it, then run make again"
    exit 1
  fi
  say "• $1 is missing: installing Debian's (needs root)"
  shift
  apt-get update -q >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=600 "$@" >/dev/null
}

# The binary of the npm package links one library that the smallest Debian does not have.
node_runs() {
  for node in node_modules/node-linux-*/bin/node; do
    [ ! -e "$node" ] || "$node" --version >/dev/null 2>&1 || install libatomic libatomic1
  done
}

# The lock file and the manifests decide whether node_modules is current.
wanted=$(cat package-lock.json package.json operator/package.json service/package.json .npmrc | sha256sum | cut -d' ' -f1)
stamp=node_modules/.memoapp-stamp

if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
  node_runs
  exit 0
fi

command -v npm >/dev/null 2>&1 || install npm ca-certificates nodejs npm

# The binary that the project brings replaces this Node: its age does not matter for the install.
say "• installing the npm dependencies of package-lock.json"
rm -f "$stamp"
npm ci --no-audit --no-fund --loglevel=error
printf '%s\n' "$wanted" >"$stamp"
node_runs
