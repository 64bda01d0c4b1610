@NullMarked
package io.github.replicationrouting.conflict;

import org.jspecify.annotations.NullMarked;
