/** Election of the primary: pure functions of what one instance has observed. */
@NullMarked
package io.github.replicationrouting.internal.election;

import org.jspecify.annotations.NullMarked;
