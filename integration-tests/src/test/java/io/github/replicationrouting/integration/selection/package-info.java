/** Who serves a read, and who is there at all. */
@NullMarked
package io.github.replicationrouting.integration.selection;

import org.jspecify.annotations.NullMarked;
