# The caller's own files for a new data directory, in the order of their names.

process_init_files() {
  local file
  for file; do
    case $file in
      *.sh)
        # Without the x bit a script is part of this one, and may call docker_process_sql.
        if [[ -x $file ]]; then
          note "$0: running $file"
          "$file"
        else
          note "$0: sourcing $file"
          . "$file"
        fi
        ;;
      *.sql)
        note "$0: running $file"
        docker_process_sql <"$file"
        ;;
      *.sql.gz)
        note "$0: running $file"
        gunzip -c "$file" | docker_process_sql
        ;;
      *.sql.xz)
        note "$0: running $file"
        xzcat "$file" | docker_process_sql
        ;;
      *.sql.zst)
        note "$0: running $file"
        zstd -dcq "$file" | docker_process_sql
        ;;
      *) warn "$0: ignoring $file" ;;
    esac
  done
}
