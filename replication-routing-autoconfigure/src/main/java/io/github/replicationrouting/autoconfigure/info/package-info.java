/** The router in the answers of the info endpoint. */
@NullMarked
package io.github.replicationrouting.autoconfigure.info;

import org.jspecify.annotations.NullMarked;
