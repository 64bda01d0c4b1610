/** Opens connections through a JDBC driver; the only package that knows the drivers. */
@NullMarked
package io.github.replicationrouting.internal.driver;

import org.jspecify.annotations.NullMarked;
