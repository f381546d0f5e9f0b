#!/bin/sh
# Starts what is asked for; arguments alone, or a configuration file, mean redis-server with them.
set -e

case ${1-} in
  -* | *.conf) set -- redis-server "$@" ;;
esac

# As root, the data becomes redis' own and the server runs as redis. Any other user is taken as it is.
if [ "${1-}" = redis-server ] && [ "$(id -u)" = 0 ]; then
  find . ! -user redis -exec chown redis:redis {} +
  exec setpriv --reuid=redis --regid=redis --init-groups "$0" "$@"
fi

# Data files are nobody else's business, unless the caller has set a mask of its own.
if [ "$(umask)" = 0022 ]; then
  umask 0077
fi

exec "$@"
