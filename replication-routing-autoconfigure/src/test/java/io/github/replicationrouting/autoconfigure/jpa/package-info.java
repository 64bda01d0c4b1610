@NullMarked
package io.github.replicationrouting.autoconfigure.jpa;

import org.jspecify.annotations.NullMarked;
