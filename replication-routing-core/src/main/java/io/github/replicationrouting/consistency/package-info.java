/** What a session must see: its own commits, and nothing older than it saw before. */
@NullMarked
package io.github.replicationrouting.consistency;

import org.jspecify.annotations.NullMarked;
