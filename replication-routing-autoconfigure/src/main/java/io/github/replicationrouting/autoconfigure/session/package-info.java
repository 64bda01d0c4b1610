/** Sessions of web requests, and hints on methods. */
@NullMarked
package io.github.replicationrouting.autoconfigure.session;

import org.jspecify.annotations.NullMarked;
