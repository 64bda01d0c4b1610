@NullMarked
package io.github.replicationrouting.autoconfigure.health;

import org.jspecify.annotations.NullMarked;
