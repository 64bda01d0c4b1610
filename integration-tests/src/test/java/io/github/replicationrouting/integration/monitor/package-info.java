/** The monitor and the dialects on real servers. */
@NullMarked
package io.github.replicationrouting.integration.monitor;

import org.jspecify.annotations.NullMarked;
