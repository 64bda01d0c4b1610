@NullMarked
package io.github.replicationrouting.autoconfigure.transaction;

import org.jspecify.annotations.NullMarked;
