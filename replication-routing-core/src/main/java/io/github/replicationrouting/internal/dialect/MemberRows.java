package io.github.replicationrouting.internal.dialect;

import io.github.replicationrouting.spi.Member;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the other servers that a server reports. Those without an address are left out. */
final class MemberRows {

    static final int DEFAULT_PORT = 3306;

    /** A host or an address, with a port or without; an address of version 6 without brackets has none. */
    private static final Pattern ADDRESS =
            Pattern.compile("(\\[[^]]+]|[^:]+|[0-9a-fA-F]*:[0-9a-fA-F:]*:[0-9a-fA-F:]*)(?::(\\d{1,5}))?");

    private static final Set<String> UNKNOWN = Set.of("auto", "unspecified");

    private MemberRows() {}

    /** Reads rows of replicas, or of members of a group. */
    static List<Member> read(ResultSet rows, String idColumn, String hostColumn, String portColumn)
            throws SQLException {
        List<Member> members = new ArrayList<>();
        while (rows.next()) {
            String host = rows.getString(hostColumn);
            if (host != null && !host.isBlank()) {
                members.add(new Member(rows.getString(idColumn), host.trim(), rows.getInt(portColumn)));
            }
        }
        return members;
    }

    /**
     * Reads Galera's {@code host:port,host:port}; servers that do not know their address report {@code AUTO}, or
     * nothing.
     */
    static List<Member> ofAddresses(@Nullable String addresses) {
        List<Member> members = new ArrayList<>();
        for (String address : (addresses == null ? "" : addresses).split(",", -1)) {
            Matcher parts = ADDRESS.matcher(address.trim());
            if (parts.matches() && !UNKNOWN.contains(parts.group(1).toLowerCase(Locale.ROOT))) {
                members.add(new Member(null, parts.group(1), portOf(parts.group(2))));
            }
        }
        return members;
    }

    private static int portOf(@Nullable String port) {
        return port == null || port.equals("0") ? DEFAULT_PORT : Integer.parseInt(port);
    }
}
