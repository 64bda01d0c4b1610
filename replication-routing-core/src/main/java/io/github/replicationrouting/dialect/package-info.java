/** What to ask MySQL and MariaDB, and how to read their errors. */
@NullMarked
package io.github.replicationrouting.dialect;

import org.jspecify.annotations.NullMarked;
