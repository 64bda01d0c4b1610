@NullMarked
package io.github.replicationrouting.transaction;

import org.jspecify.annotations.NullMarked;
