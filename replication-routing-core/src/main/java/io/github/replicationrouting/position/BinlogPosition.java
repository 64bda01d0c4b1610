package io.github.replicationrouting.position;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A place in the binary log of one server: what it has written, or what a replica has executed of it. Only places in the
 * same server's log can be compared, so a new primary starts anew, and a replica of a replica, which knows its place in
 * another log, cannot be compared with the primary. Immutable.
 */
public final class BinlogPosition implements Position {

    private final String serverId;
    private final String file;
    /** Length of the file's name up to and including the dot. */
    private final int baseLength;

    private final long number;
    private final long offset;

    private BinlogPosition(String serverId, String file, int baseLength, long number, long offset) {
        this.serverId = serverId;
        this.file = file;
        this.baseLength = baseLength;
        this.number = number;
        this.offset = offset;
    }

    /**
     * @param serverId id of the server that writes the log
     * @param file the file's name as the server shows it, for example {@code binlog.000042}
     * @param offset bytes from the start of the file
     * @throws IllegalArgumentException when the name does not end in a dot and a number, or the offset is negative
     */
    public static BinlogPosition of(String serverId, String file, long offset) {
        int dot = file.lastIndexOf('.');
        if (dot < 1) {
            throw malformed("expected a name, a dot and a number", file, offset);
        }
        if (offset < 0) {
            throw malformed("negative offset", file, offset);
        }
        return new BinlogPosition(serverId, file, dot + 1, number(file, dot + 1, offset), offset);
    }

    /** Returns the position of a server that has written or executed nothing. */
    public static BinlogPosition start(String serverId) {
        return new BinlogPosition(serverId, "", 0, 0, 0);
    }

    private static long number(String file, int from, long offset) {
        // Ten digits are more than the server's own limit of 2^31 files, and more than six after .999999.
        if (from == file.length() || file.length() - from > 10) {
            throw malformed("expected a number of one to ten digits after the dot", file, offset);
        }
        long number = 0;
        for (int i = from; i < file.length(); i++) {
            char c = file.charAt(i);
            if (c < '0' || c > '9') {
                throw malformed("expected only digits after the dot", file, offset);
            }
            number = number * 10 + (c - '0');
        }
        return number;
    }

    private static IllegalArgumentException malformed(String what, String file, long offset) {
        return new IllegalArgumentException("malformed binary log position: " + what + " in \""
                + (file.length() <= 120 ? file : file.substring(0, 120) + "...") + "\", offset " + offset);
    }

    @Override
    public String kind() {
        return "binary log";
    }

    @Override
    public boolean isComparableTo(Position other) {
        return other instanceof BinlogPosition position
                && serverId.equals(position.serverId)
                && (isEmpty() || position.isEmpty() || sameBase(position));
    }

    private boolean sameBase(BinlogPosition other) {
        return baseLength == other.baseLength && file.regionMatches(0, other.file, 0, baseLength);
    }

    @Override
    public boolean contains(Position other) {
        return isComparableTo(other) && reaches((BinlogPosition) other);
    }

    private boolean reaches(BinlogPosition other) {
        return number > other.number || (number == other.number && offset >= other.offset);
    }

    @Override
    public boolean isEmpty() {
        return file.isEmpty();
    }

    @Override
    public BinlogPosition union(Position other) {
        if (!isComparableTo(other)) {
            throw new IllegalArgumentException("not comparable: " + this + " and " + other);
        }
        BinlogPosition position = (BinlogPosition) other;
        return reaches(position) ? this : position;
    }

    /** Returns all of this where the other has not come as far: the part between them cannot be named. */
    @Override
    public BinlogPosition subtract(Position other) {
        return other.contains(this) ? start(serverId) : this;
    }

    /** Returns zero or unknown: a log counts bytes, not transactions. */
    @Override
    public OptionalLong countMissingIn(Position other) {
        return other.contains(this) ? OptionalLong.of(0) : OptionalLong.empty();
    }

    @Override
    public boolean isAheadOf(Position source, String sourceId) {
        return isComparableTo(source) && !source.contains(this);
    }

    @Override
    public BinlogPosition writtenBy(String id) {
        return serverId.equals(id) ? this : start(serverId);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BinlogPosition position
                && serverId.equals(position.serverId)
                && file.equals(position.file)
                && offset == position.offset;
    }

    @Override
    public int hashCode() {
        return 31 * (31 * serverId.hashCode() + file.hashCode()) + Long.hashCode(offset);
    }

    /** For example {@code binlog.000042:157}. */
    @Override
    public String toString() {
        return isEmpty() ? "" : file + ':' + offset;
    }
}
