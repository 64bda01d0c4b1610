/** Publication of topology changes as application events. */
@NullMarked
package io.github.replicationrouting.autoconfigure.event;

import org.jspecify.annotations.NullMarked;
