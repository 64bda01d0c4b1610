/** Schema migrations reach the primary only. */
@NullMarked
package io.github.replicationrouting.integration.migration;

import org.jspecify.annotations.NullMarked;
