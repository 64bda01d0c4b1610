/** What the proofs on real servers share: clusters, applications on them, and who served a statement. */
@NullUnmarked
package io.github.replicationrouting.integration.support;

import org.jspecify.annotations.NullUnmarked;
