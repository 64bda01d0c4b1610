#!/bin/bash
#
# Starts a member of a Galera cluster: PASSWORD-OF-ROOT OPTION... The file /galera-mode says what the next start does:
#   bootstrap   the server is the first member of a cluster; creates the data directory where there is none
#   recover     the position in the data directory is printed, and the container ends
# Without that file the server joins the others; without data it gets all of it from them.
set -euo pipefail

readonly data=/var/lib/mysql
readonly password=$1
shift
readonly options=(--no-defaults --user=mysql "--datadir=$data" --socket=/run/mysqld/mysqld.sock)

mode=join
if [ -e /galera-mode ]; then
    mode=$(cat /galera-mode)
    rm /galera-mode
fi
mkdir -p "$data" /run/mysqld
chown mysql:mysql "$data" /run/mysqld

create_data() {
    mariadb-install-db --user=mysql "--datadir=$data" --skip-test-db --auth-root-authentication-method=normal > /dev/null
    printf '%s\n' 'FLUSH PRIVILEGES;' "CREATE USER root@'%' IDENTIFIED BY '$password';" \
        "GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;" | mariadbd "${options[@]}" --bootstrap
}

# The position of a server that was killed is in its tables only.
recovered_position() {
    mariadbd "${options[@]}" "$@" --wsrep-recover --skip-networking 2>&1 | sed -n 's/.*Recovered position: *//p' | tail -n 1
}

start=()
case $mode in
recover)
    echo "Recovered position: $([ ! -d "$data/mysql" ] || recovered_position "$@")"
    exit
    ;;
bootstrap)
    [ -d "$data/mysql" ] || create_data
    rm -f "$data/gvwstate.dat"
    [ ! -e "$data/grastate.dat" ] || sed -i 's/^safe_to_bootstrap:.*/safe_to_bootstrap: 1/' "$data/grastate.dat"
    start=(--wsrep-new-cluster)
    ;;
esac
if grep -qs '^seqno: *-1' "$data/grastate.dat" && [ -d "$data/mysql" ]; then
    position=$(recovered_position "$@")
    [ -z "$position" ] || start+=("--wsrep-start-position=$position")
fi
exec mariadbd "${options[@]}" "$@" "${start[@]}"
