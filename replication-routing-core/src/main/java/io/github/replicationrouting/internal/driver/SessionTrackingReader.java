package io.github.replicationrouting.internal.driver;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what a MySQL or MariaDB server reports of its session out of the bytes that it sends, on their way to a driver
 * that does not tell. A report stands at the end of an OK packet. Which packets are OK packets is known for sure only to
 * who knows the request; any that reads as one, to its last byte, counts. So no report is missed, and what is made up by
 * the rows of a result at most adds a commit that did not happen.
 *
 * <p>Off until a listener is set, which must happen between an answer and the next request. Used by one thread at a time,
 * like its connection; never throws.
 */
final class SessionTrackingReader {

    /** What reports are about, as far as it matters here. */
    enum Type {
        VARIABLE,
        GTID
    }

    /** Hears each report, in the thread that reads the answer. */
    interface Listener {
        /** @param name the variable's; empty for a GTID */
        void reported(Type type, String name, String value);
    }

    private static final Logger log = LoggerFactory.getLogger(SessionTrackingReader.class);

    private static final int HEADER = 4;
    private static final int OK = 0x00;
    private static final int OK_AFTER_ROWS = 0xFE;
    private static final int STATE_CHANGED = 0x4000;
    private static final int TRACK_VARIABLES = 0;
    private static final int TRACK_GTIDS = 3;

    /** What precedes the text of an OK packet: its kind, two numbers, status and warnings. */
    private static final int MAX_START = 1 + 9 + 9 + 2 + 2;

    /** Buffers are kept up to this size. */
    private static final int KEPT = 4_096;

    private @Nullable Listener listener;
    private boolean heard;

    private int headerRead;
    private int length;
    private int left;
    private boolean candidate;
    private byte[] buffer = new byte[64];
    private int buffered;

    /** Begins to listen; the next byte is the first of a packet. */
    void listen(Listener hearing) {
        headerRead = 0;
        left = 0;
        listener = hearing;
    }

    /** Listens no more. */
    void ignore() {
        listener = null;
    }

    /** Returns whether there was any report since listening began. */
    boolean areHeard() {
        return heard;
    }

    /** The driver reads the next bytes of the server. */
    void read(byte[] bytes, int offset, int count) {
        if (listener == null) {
            return;
        }
        int at = offset;
        int end = offset + count;
        while (at < end) {
            if (headerRead < HEADER) {
                readHeader(bytes[at] & 0xff);
                at++;
            } else {
                at += readPayload(bytes, at, Math.min(left, end - at));
            }
        }
    }

    private void readHeader(int next) {
        if (headerRead == 0) {
            length = next;
        } else if (headerRead < HEADER - 1) {
            length |= next << (8 * headerRead);
        }
        headerRead++;
        if (headerRead == HEADER) {
            left = length;
            buffered = 0;
            headerRead = length == 0 ? 0 : HEADER;
        }
    }

    private int readPayload(byte[] bytes, int at, int count) {
        boolean first = left == length;
        if (first) {
            int kind = bytes[at] & 0xff;
            candidate = kind == OK || kind == OK_AFTER_ROWS;
        }
        left -= count;
        if (candidate) {
            if (first && left == 0) {
                new Packet(bytes, at, at + count).read();
            } else {
                collect(bytes, at, count);
            }
        }
        if (left == 0) {
            headerRead = 0;
        }
        return count;
    }

    /** Puts a packet together that came in pieces; one that turns out to be something else is let go. */
    private void collect(byte[] bytes, int at, int count) {
        if (buffered + count > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, buffered + count));
        }
        System.arraycopy(bytes, at, buffer, buffered, count);
        buffered += count;
        if (left == 0) {
            new Packet(buffer, 0, buffered).read();
        } else if (buffered >= MAX_START) {
            candidate = new Packet(buffer, 0, buffered).hasReport();
        }
        if ((left == 0 || !candidate) && buffer.length > KEPT) {
            buffer = new byte[64];
        }
    }

    /** One packet, or its beginning. */
    private final class Packet {

        private static final int NOT_READABLE = -1;

        private final byte[] bytes;
        private final int end;
        private int at;

        Packet(byte[] bytes, int from, int to) {
            this.bytes = bytes;
            this.at = from + 1;
            this.end = to;
        }

        /** Returns whether it is an OK packet that says that it has a report, as far as its beginning shows. */
        boolean hasReport() {
            number();
            number();
            int status = at + 4 <= end && at > 0 ? (bytes[at] & 0xff) | ((bytes[at + 1] & 0xff) << 8) : 0;
            at += 4;
            return (status & STATE_CHANGED) != 0;
        }

        void read() {
            try {
                if (hasReport()) {
                    skipText();
                    long size = number();
                    if (size > 0 && at + size == end && isWellFormed()) {
                        heard = true;
                        tell();
                    }
                }
            } catch (RuntimeException e) {
                log.warn("A server's report of its session is not understood", e);
            }
        }

        private void skipText() {
            long size = number();
            at = size < 0 || at + size > end ? end : at + (int) size;
        }

        private boolean isWellFormed() {
            int from = at;
            while (at < end) {
                at++;
                long size = number();
                if (size < 0 || at + size > end) {
                    return false;
                }
                at += (int) size;
            }
            at = from;
            return true;
        }

        private void tell() {
            while (at < end) {
                int type = bytes[at++];
                int to = (int) number();
                to += at;
                if (type == TRACK_VARIABLES) {
                    while (at < to) {
                        String name = text(to);
                        report(Type.VARIABLE, name, text(to));
                    }
                } else if (type == TRACK_GTIDS) {
                    // How it is encoded; there is one way.
                    at++;
                    report(Type.GTID, "", text(to));
                }
                at = to;
            }
        }

        private void report(Type type, String name, String value) {
            Listener hearing = listener;
            if (hearing != null) {
                hearing.reported(type, name, value);
            }
        }

        private String text(int limit) {
            long size = number();
            if (size < 0 || at + size > limit) {
                at = limit;
                return "";
            }
            String text = new String(bytes, at, (int) size, StandardCharsets.UTF_8);
            at += (int) size;
            return text;
        }

        /** Returns a number whose first byte tells its length; negative where there is none. */
        private long number() {
            if (at >= end) {
                return NOT_READABLE;
            }
            int first = bytes[at++] & 0xff;
            if (first < 0xfb) {
                return first;
            }
            int size = first == 0xfc ? 2 : first == 0xfd ? 3 : first == 0xfe ? 8 : 0;
            if (size == 0 || at + size > end) {
                return NOT_READABLE;
            }
            long number = 0;
            for (int i = size - 1; i >= 0; i--) {
                number = (number << 8) | (bytes[at + i] & 0xff);
            }
            at += size;
            return number;
        }
    }
}
