# Made by scripts/compose/mariadb.ts from operator/src/stack/database: edit that, then run `make generate`.
password=$(sed "s/[\\']/\\\\&/g" /run/secrets/memo/service/password)
docker_process_sql --database=mysql <<SQL
CREATE USER 'memo_a'@'%' IDENTIFIED BY '${password}';
GRANT SELECT, INSERT, UPDATE, DELETE ON memo_app.* TO 'memo_a'@'%';
SQL
unset password
