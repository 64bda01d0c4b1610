/** The settings of a router, with their defaults and their validation. */
@NullMarked
package io.github.replicationrouting.settings;

import org.jspecify.annotations.NullMarked;
