/** What applications use: the data source, hints and annotations, the session token, exceptions, and the router's handle. */
@NullMarked
package io.github.replicationrouting;

import org.jspecify.annotations.NullMarked;
