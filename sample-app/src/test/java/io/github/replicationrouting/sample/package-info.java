@NullMarked
package io.github.replicationrouting.sample;

import org.jspecify.annotations.NullMarked;
