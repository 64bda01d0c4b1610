/** Running a transaction again: whether it may be, and how. */
@NullMarked
package io.github.replicationrouting.transaction;

import org.jspecify.annotations.NullMarked;
