/** From intent to decision, and the data source that serves it. */
@NullMarked
package io.github.replicationrouting.routing;

import org.jspecify.annotations.NullMarked;
