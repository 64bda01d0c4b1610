/** Routing decisions in observations of JDBC queries. */
@NullMarked
package io.github.replicationrouting.autoconfigure.observation;

import org.jspecify.annotations.NullMarked;
