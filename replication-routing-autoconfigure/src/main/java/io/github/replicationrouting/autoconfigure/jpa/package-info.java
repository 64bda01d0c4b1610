/** What JPA needs beside a routed data source. */
@NullMarked
package io.github.replicationrouting.autoconfigure.jpa;

import org.jspecify.annotations.NullMarked;
