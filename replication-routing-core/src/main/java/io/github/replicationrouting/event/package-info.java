/** What an application may hear of. */
@NullMarked
package io.github.replicationrouting.event;

import org.jspecify.annotations.NullMarked;
