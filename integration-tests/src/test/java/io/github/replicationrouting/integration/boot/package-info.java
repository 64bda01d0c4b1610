/** The auto-configuration on real servers: the start of an application. */
@NullMarked
package io.github.replicationrouting.integration.boot;

import org.jspecify.annotations.NullMarked;
