/** What operators and their tools see of an application on real servers. */
@NullUnmarked
package io.github.replicationrouting.integration.operations;

import org.jspecify.annotations.NullUnmarked;
