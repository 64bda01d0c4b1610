/** The sample application and the database cluster that it brings along. */
@NullMarked
package io.github.replicationrouting.sample;

import org.jspecify.annotations.NullMarked;
