/** What the tests on real servers share: clusters, applications on them, and the node that served a statement. */
@NullUnmarked
package io.github.replicationrouting.integration.support;

import org.jspecify.annotations.NullUnmarked;
