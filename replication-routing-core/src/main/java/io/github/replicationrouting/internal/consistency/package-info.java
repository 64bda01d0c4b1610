/** What a session must see: its own commits, and nothing older than it has already seen. */
@NullMarked
package io.github.replicationrouting.internal.consistency;

import org.jspecify.annotations.NullMarked;
