/** Each access technology on the router. */
@NullUnmarked
package io.github.replicationrouting.integration.technology;

import org.jspecify.annotations.NullUnmarked;
