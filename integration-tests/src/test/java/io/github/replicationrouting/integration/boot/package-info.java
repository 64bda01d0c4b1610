/** The auto-configuration on real servers: what an application sees at its start. */
@NullMarked
package io.github.replicationrouting.integration.boot;

import org.jspecify.annotations.NullMarked;
