@NullMarked
package io.github.replicationrouting.autoconfigure;

import org.jspecify.annotations.NullMarked;
