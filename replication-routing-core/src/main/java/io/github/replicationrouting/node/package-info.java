/** Names, declarations and live load of the database servers. */
@NullMarked
package io.github.replicationrouting.node;

import org.jspecify.annotations.NullMarked;
