/** Values and histories from which the lag of a replica is measured. */
@NullMarked
package io.github.replicationrouting.internal.monitor.lag;

import org.jspecify.annotations.NullMarked;
