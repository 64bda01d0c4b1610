package io.github.replicationrouting.autoconfigure.endpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.github.replicationrouting.topology.GroupView;

/**
 * The group in which the nodes are used, in the responses of the endpoint.
 *
 * @param kind {@code galera} or {@code group-replication}
 * @param groupId id of the group
 * @param viewId id of its view in the words of the server
 * @param members number of members in the view
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
@JsonPropertyOrder({"kind", "groupId", "viewId", "members"})
public record GroupDescriptor(String kind, String groupId, String viewId, int members) {

    static GroupDescriptor of(GroupView group) {
        return new GroupDescriptor(group.kind(), group.groupId(), group.viewId(), group.members());
    }
}
