/** Opens connections through a JDBC driver and knows what only that driver can tell. */
@NullMarked
package io.github.replicationrouting.driver;

import org.jspecify.annotations.NullMarked;
