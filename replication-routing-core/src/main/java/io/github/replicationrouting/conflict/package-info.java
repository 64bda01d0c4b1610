/** Saving a change of what others may have changed meanwhile: which of both is stored, or a merge of them. */
@NullMarked
package io.github.replicationrouting.conflict;

import org.jspecify.annotations.NullMarked;
