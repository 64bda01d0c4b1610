/** The live page: what the router knows and does, second by second, and levers to break and mend the servers. */
@NullMarked
package io.github.replicationrouting.sample.live;

import org.jspecify.annotations.NullMarked;
