/** Conflicts between the changes of several transactions or editors, and their resolution. */
@NullUnmarked
package io.github.replicationrouting.integration.conflict;

import org.jspecify.annotations.NullUnmarked;
