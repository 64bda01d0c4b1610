/** How well the monitor knows the lag of real replicas. */
@NullMarked
package io.github.replicationrouting.integration.lag;

import org.jspecify.annotations.NullMarked;
