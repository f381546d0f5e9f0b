# Made by scripts/compose/mariadb.ts from operator/src/stack/database: edit that, then run `make generate`.
sync -f /var/lib/mysql
rm -f /var/lib/mysql/.memo-initialising
sync /var/lib/mysql
