/** Each access technology on the router. */
@NullMarked
package io.github.replicationrouting.integration.technology;

import org.jspecify.annotations.NullMarked;
