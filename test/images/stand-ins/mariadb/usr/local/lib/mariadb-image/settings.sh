# What the caller's environment and the server's configuration say.

log() {
  local level=$1
  shift
  printf '%s [%s] [Entrypoint]: %s\n' "$(date --rfc-3339=seconds)" "$level" "$*"
}
note() { log Note "$@"; }
warn() { log Warn "$@" >&2; }
fail() {
  log ERROR "$@" >&2
  exit 1
}

# Gives NAME its value from NAME, else from the file that NAME_FILE names, else the default. Both at once is a mistake.
from_file_or_value() {
  local name=$1 file_name="$1_FILE" value
  if [[ -n ${!name-} && -n ${!file_name-} ]]; then
    fail "Both $name and $file_name are set (but are exclusive)"
  fi
  value=${!name-}
  if [[ -n ${!file_name-} ]]; then
    value=$(<"${!file_name}")
  fi
  export "$name=${value:-${2-}}"
  unset "$file_name"
}

# The MARIADB_ name wins over its MYSQL_ elder; scripts find the value under both.
with_elder_name() {
  local suffix=$1 default=${2-}
  local name="MARIADB_$suffix" elder="MYSQL_$suffix"
  from_file_or_value "$elder" "$default"
  from_file_or_value "$name" "${!elder}"
  export "$elder=${!name}"
}

# One value of the server's configuration: defaults, files and the arguments given.
configured() {
  local name=$1
  shift
  "$@" --verbose --help 2>/dev/null | awk -v name="$name" '$1 == name && /^[^ \t]/ { sub(/^[^ \t]+[ \t]+/, ""); print; exit }'
}

check_configuration() {
  local errors
  if ! errors=$("$@" --verbose --help 2>&1 >/dev/null); then
    fail "mariadbd failed while attempting to check config: $errors"
  fi
}

read_settings() {
  DATADIR=$(configured datadir "$@")
  SOCKET=$(configured socket "$@")
  PORT=$(configured port "$@")
  DATADIR=${DATADIR%/}

  with_elder_name ROOT_HOST '%'
  with_elder_name DATABASE
  with_elder_name USER
  with_elder_name PASSWORD
  with_elder_name ROOT_PASSWORD
  from_file_or_value MARIADB_PASSWORD_HASH
  from_file_or_value MARIADB_ROOT_PASSWORD_HASH
  MARIADB_ALLOW_EMPTY_ROOT_PASSWORD=${MARIADB_ALLOW_EMPTY_ROOT_PASSWORD:-${MYSQL_ALLOW_EMPTY_PASSWORD-}}
  MARIADB_RANDOM_ROOT_PASSWORD=${MARIADB_RANDOM_ROOT_PASSWORD:-${MYSQL_RANDOM_ROOT_PASSWORD-}}
  MARIADB_INITDB_SKIP_TZINFO=${MARIADB_INITDB_SKIP_TZINFO:-${MYSQL_INITDB_SKIP_TZINFO-}}
}

# A new data directory needs a word about root's password: exactly one, where they exclude each other.
require_root_password_choice() {
  local plain=$MARIADB_ROOT_PASSWORD$MARIADB_ALLOW_EMPTY_ROOT_PASSWORD$MARIADB_RANDOM_ROOT_PASSWORD
  if [[ -z $plain$MARIADB_ROOT_PASSWORD_HASH ]]; then
    fail 'Database is uninitialized and password option is not specified: you need to specify one of MARIADB_ROOT_PASSWORD, MARIADB_ROOT_PASSWORD_HASH, MARIADB_ALLOW_EMPTY_ROOT_PASSWORD and MARIADB_RANDOM_ROOT_PASSWORD'
  fi
  if [[ -n $plain && -n $MARIADB_ROOT_PASSWORD_HASH ]]; then
    fail 'Cannot specify MARIADB_ROOT_PASSWORD_HASH and another MARIADB_ROOT_PASSWORD* option.'
  fi
  if [[ -n $MARIADB_PASSWORD && -n $MARIADB_PASSWORD_HASH ]]; then
    fail 'Cannot specify MARIADB_PASSWORD_HASH and MARIADB_PASSWORD option.'
  fi
}

random_password() {
  # The subshell's broken pipe is how it ends.
  (set +o pipefail; LC_ALL=C tr -dc 'A-Za-z0-9_+.:@^~-' </dev/urandom | head -c 32)
}
