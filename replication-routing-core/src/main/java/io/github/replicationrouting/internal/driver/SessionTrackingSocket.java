package io.github.replicationrouting.internal.driver;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/** A socket on which the server's session reports are read along with the driver. */
final class SessionTrackingSocket extends Socket {

    private final SessionTrackingReader reports = new SessionTrackingReader();
    private @Nullable InputStream input;

    SessionTrackingReader reports() {
        return reports;
    }

    @Override
    public synchronized InputStream getInputStream() throws IOException {
        if (input == null) {
            input = new TrackingStream(super.getInputStream(), reports);
        }
        return input;
    }

    private static final class TrackingStream extends FilterInputStream {

        private final SessionTrackingReader reports;

        TrackingStream(InputStream in, SessionTrackingReader reports) {
            super(in);
            this.reports = reports;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = in.read(bytes, offset, length);
            if (count > 0) {
                reports.read(bytes, offset, count);
            }
            return count;
        }

        /** Reads the skipped bytes, too. */
        @Override
        public long skip(long count) throws IOException {
            byte[] skipped = new byte[(int) Math.min(count, 8_192)];
            return Math.max(0, read(skipped, 0, skipped.length));
        }
    }
}
