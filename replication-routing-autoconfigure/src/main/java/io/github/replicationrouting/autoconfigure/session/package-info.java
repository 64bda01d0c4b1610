/** Read-your-writes sessions of web requests, and routing hints on methods. */
@NullMarked
package io.github.replicationrouting.autoconfigure.session;

import org.jspecify.annotations.NullMarked;
