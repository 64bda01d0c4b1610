package io.github.replicationrouting.test.internal.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RelayTest {

    private ServerSocket echo;

    private Relay relay;

    @BeforeEach
    void start() throws IOException {
        echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var server = new Thread(this::serve);
        server.setDaemon(true);
        server.start();
        relay = new Relay("test", () -> InetSocketAddress.createUnresolved("127.0.0.1", echo.getLocalPort()));
        relay.up();
    }

    @AfterEach
    void close() throws IOException {
        relay.close();
        echo.close();
    }

    @Test
    void whenBytesAreSentTheyShouldBeForwardedBothWays() throws IOException {
        try (Socket client = connect()) {
            assertThat(ask(client, 7)).isEqualTo(7);
        }
    }

    @Test
    void whenMoreIsSentThanTheBufferHoldsAllShouldBeForwarded() throws Exception {
        byte[] much = new byte[4 * 1024 * 1024];
        much[much.length - 1] = 9;
        try (Socket client = connect()) {
            var writer = new Thread(() -> write(client, much));
            writer.start();
            byte[] answer = client.getInputStream().readNBytes(much.length);
            writer.join();
            assertThat(answer).isEqualTo(much);
        }
    }

    @Test
    void whenDownConnectionsShouldBeRefusedAndReset() throws IOException {
        try (Socket client = connect()) {
            ask(client, 1);
            relay.down();
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> ask(client, 2));
        }
        assertThatExceptionOfType(ConnectException.class).isThrownBy(this::connect);
    }

    @Test
    void whenRefusingOpenConnectionsShouldBeKept() throws IOException {
        try (Socket client = connect()) {
            ask(client, 1);
            relay.refuse();
            assertThatExceptionOfType(ConnectException.class).isThrownBy(this::connect);
            assertThat(ask(client, 2)).isEqualTo(2);
        }
        relay.up();
        connect().close();
    }

    @Test
    void whenUpAgainThePortShouldBeTheSame() throws IOException {
        int port = relay.port();
        relay.down();
        relay.up();
        assertThat(relay.port()).isEqualTo(port);
        try (Socket client = connect()) {
            assertThat(ask(client, 3)).isEqualTo(3);
        }
    }

    @Test
    void whenPartitionedNothingShouldBeAnsweredOrLost() throws IOException {
        try (Socket open = connect()) {
            ask(open, 1);
            relay.partition();
            open.getOutputStream().write(2);
            open.setSoTimeout(200);
            assertThatExceptionOfType(SocketTimeoutException.class)
                    .isThrownBy(() -> open.getInputStream().read());
            try (Socket late = connect()) {
                late.getOutputStream().write(3);
                late.setSoTimeout(200);
                assertThatExceptionOfType(SocketTimeoutException.class)
                        .isThrownBy(() -> late.getInputStream().read());
                relay.restore();
                open.setSoTimeout(10_000);
                late.setSoTimeout(10_000);
                assertThat(open.getInputStream().read()).isEqualTo(2);
                assertThat(late.getInputStream().read()).isEqualTo(3);
            }
        }
    }

    @Test
    void whenDelayedAnswersShouldBeHeldBack() throws IOException {
        try (Socket client = connect()) {
            relay.delayAnswers(Duration.ofMillis(50));
            long began = System.nanoTime();
            for (int i = 0; i < 5; i++) {
                assertThat(ask(client, i)).isEqualTo(i);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofMillis(250));

            relay.delayAnswers(Duration.ZERO);
            assertThat(ask(client, 7)).isEqualTo(7);
        }
    }

    @Test
    void whenTheServerDiesDuringAPartitionTheClientShouldNotNotice() throws IOException {
        try (Socket client = connect()) {
            ask(client, 1);
            relay.partition();
            relay.down();
            client.setSoTimeout(200);
            assertThatExceptionOfType(SocketTimeoutException.class)
                    .isThrownBy(() -> client.getInputStream().read());
            relay.restore();
            client.setSoTimeout(10_000);
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> ask(client, 2))
                    .isNotInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void whenTheServerClosesTheClientShouldSeeTheEnd() throws IOException {
        try (Socket client = connect()) {
            assertThat(ask(client, -1)).isEqualTo(-1);
        }
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), relay.port());
    }

    private static int ask(Socket client, int question) throws IOException {
        client.getOutputStream().write(question);
        int answer = client.getInputStream().read();
        if (answer < 0 && question >= 0) {
            throw new IOException("closed");
        }
        return answer;
    }

    private static void write(Socket client, byte[] bytes) {
        try {
            client.getOutputStream().write(bytes);
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private void serve() {
        while (!echo.isClosed()) {
            try {
                Socket client = echo.accept();
                var thread = new Thread(() -> echo(client));
                thread.setDaemon(true);
                thread.start();
            } catch (IOException ex) {
                return;
            }
        }
    }

    // Closes the connection on 255.
    private static void echo(Socket client) {
        try (client) {
            byte[] buffer = new byte[8192];
            for (int count = client.getInputStream().read(buffer);
                    count > 0 && buffer[0] != -1;
                    count = client.getInputStream().read(buffer)) {
                client.getOutputStream().write(buffer, 0, count);
            }
        } catch (IOException ex) {
            // The client has closed.
        }
    }
}
