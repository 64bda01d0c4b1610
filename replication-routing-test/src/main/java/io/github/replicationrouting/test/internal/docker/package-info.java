/**
 * The images of clusters that run in Docker.
 */
@NullMarked
package io.github.replicationrouting.test.internal.docker;

import org.jspecify.annotations.NullMarked;
