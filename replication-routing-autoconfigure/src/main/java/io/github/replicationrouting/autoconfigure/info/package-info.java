/** Information about the router in the info endpoint. */
@NullMarked
package io.github.replicationrouting.autoconfigure.info;

import org.jspecify.annotations.NullMarked;
