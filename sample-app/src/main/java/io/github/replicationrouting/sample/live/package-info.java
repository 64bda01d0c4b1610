/** The live page: the state of the router and its decisions, with buttons that apply and end faults of the servers. */
@NullMarked
package io.github.replicationrouting.sample.live;

import org.jspecify.annotations.NullMarked;
