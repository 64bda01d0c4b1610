package io.github.replicationrouting.autoconfigure.endpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.github.replicationrouting.topology.GroupMember;
import org.jspecify.annotations.Nullable;

/**
 * A member of a group in the responses of the endpoint.
 *
 * @param state state of the member in the words of the server, such as {@code Synced} or {@code ONLINE}
 * @param view id of the view that it is in; null when it is in none
 * @param applierQueue number of transactions that it has received and not applied; null when not known
 * @param flowControl fraction of time for which the group was paused so that members could catch up; null when not
 *     known
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
@JsonPropertyOrder({"state", "view", "applierQueue", "flowControl"})
public record MemberDescriptor(
        String state,
        @Nullable String view,
        @Nullable Long applierQueue,
        @Nullable Double flowControl) {

    static MemberDescriptor of(GroupMember member) {
        return new MemberDescriptor(
                member.state(),
                member.view(),
                member.isKnown() ? (Long) member.applierQueue() : null,
                member.flowControl());
    }
}
