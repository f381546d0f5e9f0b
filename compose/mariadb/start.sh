# Made by scripts/compose/mariadb.ts from operator/src/stack/database: edit that, then run `make generate`.
set -eu
if [ -e /var/lib/mysql/.memo-initialising ] && ls /var/lib/mysql/memo_app/*.ibd >/dev/null 2>&1; then rm /var/lib/mysql/.memo-initialising; fi
if [ -e /var/lib/mysql/.memo-initialising ]; then
  echo "The first initialisation was cut short: it begins again with an empty data folder."
  find /var/lib/mysql -mindepth 1 ! -path /var/lib/mysql/.memo-initialising -delete
elif [ -z "$(ls -A /var/lib/mysql)" ]; then
  ls /docker-entrypoint-initdb.d/99-initialised.sh >/dev/null
  : >/var/lib/mysql/.memo-initialising
  sync /var/lib/mysql
fi
exec docker-entrypoint.sh mariadbd
