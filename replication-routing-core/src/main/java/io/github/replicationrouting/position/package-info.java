/** What a server has executed, and the arithmetic on it. */
@NullMarked
package io.github.replicationrouting.position;

import org.jspecify.annotations.NullMarked;
