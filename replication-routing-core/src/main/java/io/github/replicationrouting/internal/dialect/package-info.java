/** Everything about MySQL and MariaDB: queries, their answers, errors, SQL for sessions. One class per kind of server. */
@NullMarked
package io.github.replicationrouting.internal.dialect;

import org.jspecify.annotations.NullMarked;
