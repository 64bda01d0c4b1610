#!/bin/bash
#
# The part of the official MySQL image's interface that the tests use: MYSQL_ROOT_PASSWORD, MYSQL_DATABASE, arguments
# for mysqld, and a data directory that is initialized at the first start. "prepare" initializes a data directory within
# the image, so that containers start faster.
set -euo pipefail

readonly data=/var/lib/mysql
readonly init=/var/lib/mysql-init.sql

initialize() {
    id mysql > /dev/null 2>&1 || useradd --system --home-dir "$data" --shell /usr/sbin/nologin mysql
    install -d -o mysql -g mysql -m 750 "$data" /run/mysqld /var/run/mysqld /var/lib/mysql-files
    mysqld --no-defaults --initialize-insecure --user=mysql --datadir="$data"
    # Identifies a server: each generates its own at its start.
    rm -f "$data/auto.cnf"
}

if [ "${1:-}" = prepare ]; then
    initialize
    exit
fi
[[ "${1:-}" == -* ]] && set -- mysqld "$@"
if [ "${1:-}" != mysqld ]; then
    exec "$@"
fi
shift

rm -f "$init"
first=()
[ -d "$data/mysql" ] || initialize
if [ ! -f "$data/auto.cnf" ]; then
    : "${MYSQL_ROOT_PASSWORD:?MYSQL_ROOT_PASSWORD must be set}"
    password=${MYSQL_ROOT_PASSWORD//\\/\\\\}
    password=${password//\'/\\\'}
    # One statement a line: the form that --init-file reads.
    cat > "$init" <<SQL
SET SESSION sql_log_bin = 0;
CREATE USER 'root'@'%' IDENTIFIED BY '$password';
GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;
ALTER USER 'root'@'localhost' IDENTIFIED BY '$password';
SQL
    if [ -n "${MYSQL_DATABASE:-}" ]; then
        echo "CREATE DATABASE IF NOT EXISTS \`$MYSQL_DATABASE\`;" >> "$init"
    fi
    chown mysql:mysql "$init"
    chmod 600 "$init"
    first=(--init-file="$init")
fi
exec mysqld --user=mysql --datadir="$data" --socket=/var/run/mysqld/mysqld.sock "${first[@]}" "$@"
