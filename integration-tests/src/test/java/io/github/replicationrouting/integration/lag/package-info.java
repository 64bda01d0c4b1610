/** The accuracy of the monitor's lag on real replicas. */
@NullMarked
package io.github.replicationrouting.integration.lag;

import org.jspecify.annotations.NullMarked;
