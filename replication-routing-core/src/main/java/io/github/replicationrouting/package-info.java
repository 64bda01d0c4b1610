/**
 * Types that applications use: the router and its data source, hints and annotations, the session token, and the
 * exceptions of the router.
 */
@NullMarked
package io.github.replicationrouting;

import org.jspecify.annotations.NullMarked;
