/** What the parts of a router tell whoever counts. */
@NullMarked
package io.github.replicationrouting.metrics;

import org.jspecify.annotations.NullMarked;
