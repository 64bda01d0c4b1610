package io.github.replicationrouting.internal.driver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SessionTrackingReaderTest {

    private static final int REPORTS = 0x4000;
    private static final int AUTO_COMMIT = 2;

    private final SessionTrackingReader reports = new SessionTrackingReader();
    private final List<String> received = new ArrayList<>();

    private SessionTrackingReader listening() {
        reports.listen((type, name, value) -> received.add(type + " " + name + "=" + value));
        return reports;
    }

    @Test
    void whenBytesArriveInPiecesOfAnySizeShouldFindReports() {
        byte[] stream = join(
                packet(ok(0x00, 1, 300, AUTO_COMMIT, "", new byte[0])),
                packet(ok(
                        0x00,
                        70_000,
                        20_000_000,
                        REPORTS | AUTO_COMMIT,
                        "Rows matched: 1",
                        variable("last_gtid", "0-1-42"))),
                packet(row("not a report")),
                packet(ok(
                        0xFE,
                        0,
                        0,
                        REPORTS,
                        "",
                        join(schema("shop"), variable("time_zone", "+01:00"), gtids("uuid:1-7")))),
                packet(new byte[0]),
                packet(new byte[100_000]),
                packet(ok(0x00, 0, 0, REPORTS, "", variable("last_gtid", "0-1-43"))));
        List<String> all = List.of(
                "VARIABLE last_gtid=0-1-42",
                "VARIABLE time_zone=+01:00",
                "GTID =uuid:1-7",
                "VARIABLE last_gtid=0-1-43");

        for (int size : new int[] {1, 2, 3, 5, 7, 22, 23, 24, 64, 1_000, stream.length}) {
            received.clear();
            feed(listening(), stream, size);
            assertThat(received).as("in pieces of %d bytes", size).isEqualTo(all);
        }
        assertThat(reports.hasReported()).isTrue();
    }

    @Test
    void whenBytesAreEncryptedShouldFindNoReport() {
        Random random = new Random(7);
        byte[] noise = new byte[1_000_000];
        random.nextBytes(noise);

        feed(listening(), noise, 16_384);

        assertThat(received).isEmpty();
        assertThat(reports.hasReported()).isFalse();
    }

    @Test
    void whenOnlyTheBeginningIsThatOfAReportShouldIgnoreIt() {
        feed(
                listening(),
                packet(join(ok(0x00, 0, 0, REPORTS, "", variable("last_gtid", "0-1-42")), new byte[] {1})),
                8);
        byte[] truncated = ok(0x00, 0, 0, REPORTS, "", variable("last_gtid", "0-1-42"));
        feed(reports, packet(java.util.Arrays.copyOf(truncated, truncated.length - 1)), 8);
        feed(reports, packet(new byte[] {0}), 8);
        feed(reports, packet(new byte[] {0, 1, 1, 0, 0x40}), 8);

        assertThat(received).isEmpty();
    }

    @Test
    void whenThereIsNoListenerShouldSkipReports() {
        byte[] report = packet(ok(0x00, 0, 0, REPORTS, "", variable("last_gtid", "0-1-42")));
        feed(reports, report, 3);
        feed(reports, new byte[] {9, 9}, 2);
        feed(listening(), report, 3);
        reports.stop();
        feed(reports, report, 3);

        assertThat(received).containsExactly("VARIABLE last_gtid=0-1-42");
    }

    private static void feed(SessionTrackingReader reports, byte[] bytes, int size) {
        for (int at = 0; at < bytes.length; at += size) {
            reports.read(bytes, at, Math.min(size, bytes.length - at));
        }
    }

    private static byte[] packet(byte[] payload) {
        byte[] header = {(byte) payload.length, (byte) (payload.length >> 8), (byte) (payload.length >> 16), 1};
        return join(header, payload);
    }

    private static byte[] ok(int kind, long rows, long id, int status, String text, byte[] state) {
        byte[] start = join(new byte[] {(byte) kind}, number(rows), number(id), new byte[] {
            (byte) status, (byte) (status >> 8), 0, 0
        });
        return state.length == 0 ? start : join(start, text(text), number(state.length), state);
    }

    private static byte[] row(String value) {
        return join(new byte[] {0, 0}, text(value));
    }

    private static byte[] variable(String name, String value) {
        return entry(0, join(text(name), text(value)));
    }

    private static byte[] schema(String name) {
        return entry(1, text(name));
    }

    private static byte[] gtids(String set) {
        return entry(3, join(new byte[] {0}, text(set)));
    }

    private static byte[] entry(int type, byte[] data) {
        return join(new byte[] {(byte) type}, number(data.length), data);
    }

    private static byte[] text(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        return join(number(bytes.length), bytes);
    }

    private static byte[] number(long number) {
        if (number < 0xfb) {
            return new byte[] {(byte) number};
        }
        if (number < 0x10000) {
            return new byte[] {(byte) 0xfc, (byte) number, (byte) (number >> 8)};
        }
        if (number < 0x1000000) {
            return new byte[] {(byte) 0xfd, (byte) number, (byte) (number >> 8), (byte) (number >> 16)};
        }
        byte[] eight = new byte[9];
        eight[0] = (byte) 0xfe;
        for (int i = 0; i < 8; i++) {
            eight[i + 1] = (byte) (number >> (8 * i));
        }
        return eight;
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
