@org.jspecify.annotations.NullUnmarked
package io.github.replicationrouting.autoconfigure.metrics;
