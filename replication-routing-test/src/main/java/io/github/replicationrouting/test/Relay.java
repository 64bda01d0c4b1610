package io.github.replicationrouting.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the application and one server, on a port that outlives the server.
 *
 * <p>One thread moves all bytes and makes all changes of state, so a change has taken effect when its method
 * returns. Cut off, that thread touches no socket: what is sent piles up unanswered, as when packets are dropped.
 */
final class Relay implements AutoCloseable {

    private static final int BUFFER_SIZE = 64 * 1024;

    private static final int BACKLOG = 512;

    private final InetSocketAddress address;

    private final Supplier<InetSocketAddress> target;

    private final Selector selector;

    private final BlockingQueue<Runnable> changes = new LinkedBlockingQueue<>();

    private final Set<Link> links = new HashSet<>();

    private final Thread thread;

    private @Nullable ServerSocketChannel listener;

    private boolean up;

    private boolean refusing;

    private boolean cut;

    private long delayNanos;

    private boolean losesClosing;

    private boolean closed;

    Relay(String name, Supplier<InetSocketAddress> target) {
        this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Ports.free());
        this.target = target;
        try {
            this.selector = Selector.open();
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        this.thread = new Thread(this::run, "relay-" + name);
        this.thread.setDaemon(true);
        this.thread.start();
    }

    int port() {
        return address.getPort();
    }

    /** Accepts connections. */
    void up() {
        change(() -> {
            up = true;
            refusing = false;
        });
    }

    /** Refuses connections and keeps those that are open. */
    void refuse() {
        change(() -> refusing = true);
    }

    /** Refuses connections and resets those that are open: what a dead server's host does. */
    void down() {
        change(() -> up = false);
    }

    void cut() {
        change(() -> cut = true);
    }

    void restore() {
        change(() -> cut = false);
    }

    /** Lets every answer of the server arrive so much later. */
    void delay(Duration delay) {
        change(() -> delayNanos = delay.toNanos());
    }

    /** Whether the server's side of a connection stays open when its client closes: as if the client's host had vanished. */
    void loseClosing(boolean lose) {
        change(() -> {
            losesClosing = lose;
            if (!lose) {
                List.copyOf(links).stream()
                        .filter(link -> !link.client.isOpen())
                        .forEach(Link::reset);
            }
        });
    }

    @Override
    public void close() {
        change(() -> closed = true);
        try {
            thread.join();
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private void change(Runnable change) {
        if (!thread.isAlive()) {
            return;
        }
        var done = new CompletableFuture<Boolean>();
        changes.add(() -> {
            try {
                change.run();
                apply();
                done.complete(true);
            } catch (IOException | RuntimeException ex) {
                done.completeExceptionally(ex);
            }
        });
        selector.wakeup();
        done.join();
    }

    private void apply() throws IOException {
        if (closed || (!up && !cut)) {
            closeListener();
            List.copyOf(links).forEach(Link::reset);
            // A registered channel is really closed by the next selection only.
            selector.selectNow();
        } else if (refusing && !cut) {
            closeListener();
            selector.selectNow();
        } else if (listener == null) {
            ServerSocketChannel opened = ServerSocketChannel.open();
            opened.bind(address, BACKLOG);
            opened.configureBlocking(false);
            opened.register(selector, SelectionKey.OP_ACCEPT);
            listener = opened;
        }
    }

    private void closeListener() throws IOException {
        if (listener != null) {
            listener.close();
            listener = null;
        }
    }

    private void run() {
        try {
            while (!closed) {
                if (cut) {
                    changes.take().run();
                    continue;
                }
                selector.select(millisToNextRelease());
                for (Runnable change = changes.poll(); change != null; change = changes.poll()) {
                    change.run();
                }
                if (!cut && !closed) {
                    List.copyOf(selector.selectedKeys()).forEach(this::handle);
                    selector.selectedKeys().clear();
                    List.copyOf(links).forEach(Link::releaseIfDue);
                }
            }
            selector.close();
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    /** As {@link Selector#select(long)} takes it: 0 when nothing is held back. */
    private long millisToNextRelease() {
        return links.stream()
                .filter(link -> link.held)
                .mapToLong(link -> Math.max(1, TimeUnit.NANOSECONDS.toMillis(link.heldUntil - System.nanoTime())))
                .min()
                .orElse(0);
    }

    private void handle(SelectionKey key) {
        if (!key.isValid()) {
            return;
        }
        if (key.attachment() instanceof Link link) {
            link.handle(key);
        } else {
            accept();
        }
    }

    private void accept() {
        if (listener == null) {
            return;
        }
        try {
            SocketChannel client = listener.accept();
            if (client != null) {
                links.add(new Link(client));
            }
        } catch (IOException ex) {
            // The client is gone again, or its server does not answer: it has been reset, which says so.
        }
    }

    private static InetSocketAddress resolved(InetSocketAddress address) {
        return new InetSocketAddress(address.getHostString(), address.getPort());
    }

    /** One client's connection and its own to the server. */
    private final class Link {

        private final SocketChannel client;

        private final SocketChannel server;

        private final ByteBuffer toServer = ByteBuffer.allocate(BUFFER_SIZE);

        private final ByteBuffer toClient = ByteBuffer.allocate(BUFFER_SIZE);

        private final SelectionKey clientKey;

        private final SelectionKey serverKey;

        private boolean ended;

        private boolean clientEnded;

        /** Whether what the server sent waits for {@link #heldUntil}. */
        private boolean held;

        private long heldUntil;

        Link(SocketChannel client) throws IOException {
            this.client = client;
            this.server = SocketChannel.open();
            try {
                prepare(client);
                prepare(server);
                boolean connected = server.connect(resolved(target.get()));
                this.clientKey = client.register(selector, 0, this);
                this.serverKey = server.register(selector, connected ? 0 : SelectionKey.OP_CONNECT, this);
                if (connected) {
                    listen();
                }
            } catch (IOException | RuntimeException ex) {
                reset();
                throw new IOException("cannot reach the server", ex);
            }
        }

        private void prepare(SocketChannel channel) throws IOException {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }

        void handle(SelectionKey key) {
            try {
                if (!client.isOpen()) {
                    discardAnswer();
                    return;
                }
                if (key.isConnectable()) {
                    server.finishConnect();
                }
                if (key.isReadable()) {
                    boolean fromClient = key == clientKey;
                    if (fromClient) {
                        clientEnded = clientHasEnded();
                    }
                    ended |= fromClient ? clientEnded : server.read(toClient) < 0;
                    if (!fromClient && !held && delayNanos > 0) {
                        held = true;
                        heldUntil = System.nanoTime() + delayNanos;
                    }
                }
                moveOn();
            } catch (IOException ex) {
                reset();
            }
        }

        /** A client that resets its connection has ended it, too. */
        private boolean clientHasEnded() throws IOException {
            try {
                return client.read(toServer) < 0;
            } catch (IOException ex) {
                if (losesClosing) {
                    return true;
                }
                throw ex;
            }
        }

        /** What the server says to a client that is gone, until it ends the connection itself. */
        private void discardAnswer() throws IOException {
            toClient.clear();
            if (server.read(toClient) < 0) {
                end();
            }
        }

        void releaseIfDue() {
            if (held && client.isOpen() && System.nanoTime() - heldUntil >= 0) {
                held = false;
                try {
                    moveOn();
                } catch (IOException ex) {
                    reset();
                }
            }
        }

        private void moveOn() throws IOException {
            flush(toServer, server);
            if (!held) {
                flush(toClient, client);
            }
            if (clientEnded && losesClosing && toServer.position() == 0) {
                client.close();
                toClient.clear();
                serverKey.interestOps(SelectionKey.OP_READ);
            } else if (ended && toServer.position() == 0 && toClient.position() == 0) {
                end();
            } else {
                listen();
            }
        }

        private void flush(ByteBuffer buffer, SocketChannel to) throws IOException {
            buffer.flip();
            to.write(buffer);
            buffer.compact();
        }

        private void listen() {
            clientKey.interestOps(interest(toServer, toClient, !held));
            serverKey.interestOps(interest(toClient, toServer, true));
        }

        private int interest(ByteBuffer incoming, ByteBuffer outgoing, boolean mayWrite) {
            int read = !ended && incoming.hasRemaining() ? SelectionKey.OP_READ : 0;
            int write = mayWrite && outgoing.position() > 0 ? SelectionKey.OP_WRITE : 0;
            return read | write;
        }

        private void end() throws IOException {
            links.remove(this);
            client.close();
            server.close();
        }

        void reset() {
            try {
                if (client.isOpen()) {
                    client.setOption(StandardSocketOptions.SO_LINGER, 0);
                }
                end();
            } catch (IOException ex) {
                // Closing a socket whose other end is gone: nothing is left to do.
            }
        }
    }
}
