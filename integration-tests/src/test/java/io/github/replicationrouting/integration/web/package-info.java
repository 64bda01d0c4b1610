/** Sessions that span web requests, and application instances. */
@NullMarked
package io.github.replicationrouting.integration.web;

import org.jspecify.annotations.NullMarked;
