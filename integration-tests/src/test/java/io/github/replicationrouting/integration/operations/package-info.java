/** The view of operators and their tools on an application with real servers. */
@NullUnmarked
package io.github.replicationrouting.integration.operations;

import org.jspecify.annotations.NullUnmarked;
