# The accounts and the database of a new data directory. Read once: later changes of the environment change nothing.

sql_string() {
  local text=${1//\\/\\\\}
  text=${text//$'\n'/\\n}
  printf "'%s'" "${text//\'/\\\'}"
}

# How an account proves itself, as SQL: by password, or by the hash of one.
identified() {
  local password=$1 hash=$2
  if [[ -n $hash ]]; then
    printf "IDENTIFIED BY PASSWORD '%s'" "$hash"
  else
    printf 'IDENTIFIED BY %s' "$(sql_string "$password")"
  fi
}

# The accounts that healthcheck.sh uses, with the file it reads them from.
healthcheck_sql() {
  local password host
  password=$(random_password)
  for host in 127.0.0.1 ::1 localhost; do
    echo "CREATE USER IF NOT EXISTS healthcheck@'$host' IDENTIFIED BY '$password';"
    echo "SET PASSWORD FOR healthcheck@'$host' = PASSWORD('$password');"
    echo "GRANT ${MARIADB_HEALTHCHECK_GRANTS:-USAGE} ON *.* TO healthcheck@'$host';"
  done
  (
    umask 0077
    printf '[mariadb-client]\nport=%s\nsocket=%s\nuser=healthcheck\npassword=%s\n' \
      "$PORT" "$SOCKET" "$password" >"$DATADIR/.my-healthcheck.cnf"
  )
}

root_sql() {
  local proof
  proof=$(identified "$MARIADB_ROOT_PASSWORD" "$MARIADB_ROOT_PASSWORD_HASH")
  if [[ $MARIADB_ROOT_HOST != localhost ]]; then
    echo "CREATE USER 'root'@'$MARIADB_ROOT_HOST' $proof;"
    echo "GRANT ALL ON *.* TO 'root'@'$MARIADB_ROOT_HOST' WITH GRANT OPTION;"
    echo "GRANT PROXY ON ''@'%' TO 'root'@'$MARIADB_ROOT_HOST' WITH GRANT OPTION;"
  fi
  if [[ -z $MARIADB_ROOT_PASSWORD_HASH ]]; then
    echo "SET PASSWORD FOR 'root'@'localhost' = PASSWORD($(sql_string "$MARIADB_ROOT_PASSWORD"));"
  fi
}

database_sql() {
  if [[ -n $MARIADB_DATABASE ]]; then
    note "Creating database $MARIADB_DATABASE" >&2
    echo "CREATE DATABASE IF NOT EXISTS \`$MARIADB_DATABASE\`;"
  fi
  [[ -n $MARIADB_USER && -n $MARIADB_PASSWORD$MARIADB_PASSWORD_HASH ]] || return 0
  note "Creating user $MARIADB_USER" >&2
  echo "CREATE USER '$MARIADB_USER'@'%' $(identified "$MARIADB_PASSWORD" "$MARIADB_PASSWORD_HASH");"
  if [[ -n $MARIADB_DATABASE ]]; then
    # An underscore in a grant stands for any character, unless told otherwise.
    echo "GRANT ALL ON \`${MARIADB_DATABASE//_/\\_}\`.* TO '$MARIADB_USER'@'%';"
  fi
}

create_accounts() {
  if [[ -z $MARIADB_INITDB_SKIP_TZINFO ]]; then
    mariadb-tzinfo-to-sql --skip-write-binlog /usr/share/zoneinfo | root_client --database=mysql
  fi
  if [[ -n $MARIADB_RANDOM_ROOT_PASSWORD ]]; then
    MARIADB_ROOT_PASSWORD=$(random_password)
    export MARIADB_ROOT_PASSWORD MYSQL_ROOT_PASSWORD=$MARIADB_ROOT_PASSWORD
    note "GENERATED ROOT PASSWORD: $MARIADB_ROOT_PASSWORD"
  fi
  note 'Securing system users and creating database and users'
  # All in one session: root's password changes under it.
  {
    echo "SET @@SESSION.SQL_LOG_BIN=0;"
    echo "SET @@SESSION.SQL_MODE=REPLACE(@@SESSION.SQL_MODE, 'NO_BACKSLASH_ESCAPES', '');"
    echo "DROP USER IF EXISTS root@'127.0.0.1', root@'::1';"
    echo "EXECUTE IMMEDIATE CONCAT('DROP USER IF EXISTS root@\'', @@hostname, '\'');"
    root_sql
    healthcheck_sql
    database_sql
  } | root_client --database=mysql
  ROOT_PASSWORD_NOW=$MARIADB_ROOT_PASSWORD
}

# Last of all: nobody who knows but the hash can log in as root any more.
hash_root_password() {
  if [[ -n $MARIADB_ROOT_PASSWORD_HASH ]]; then
    root_client <<<"SET PASSWORD FOR 'root'@'localhost' = '$MARIADB_ROOT_PASSWORD_HASH';"
  fi
}
