/** What to ask MySQL and MariaDB, and how to read their answers and errors. */
@NullMarked
package io.github.replicationrouting.internal.dialect;

import org.jspecify.annotations.NullMarked;
