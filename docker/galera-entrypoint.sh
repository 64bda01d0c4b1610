#!/bin/bash
#
# "prepare" completes the image: debootstrap cannot install the package with the scripts of the state transfer itself.
# Otherwise runs the given command; the tests bring the script that starts a member.
set -euo pipefail

if [ "${1:-}" = prepare ]; then
    # Without a policy the package would start the server.
    printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends mariadb-server
    rm -rf /var/lib/mysql
    install -d -o mysql -g mysql -m 755 /var/lib/mysql /run/mysqld
    exit
fi
exec "$@"
