package io.github.replicationrouting.topology;

/**
 * The view of a group in which the nodes are used: the list of members that the group itself has agreed on. Immutable.
 *
 * @param kind {@code galera} or {@code group-replication}
 * @param groupId id of the group: the UUID of a Galera cluster's state, or the prefix of a replication group's views
 * @param viewId id of the view in the words of the server
 * @param members number of members in the view, nodes of this router or not
 */
public record GroupView(String kind, String groupId, String viewId, int members) {}
