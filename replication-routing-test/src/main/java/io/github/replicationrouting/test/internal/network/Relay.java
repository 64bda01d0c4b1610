package io.github.replicationrouting.test.internal.network;

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
 * A TCP relay between the application and one server, on a port that stays the same over restarts of the server.
 *
 * <p>One thread moves all bytes and makes all changes of state, so a change has taken effect when its method
 * returns. During a partition that thread touches no socket: what is sent stays unanswered, as when packets are
 * dropped.
 */
public final class Relay implements AutoCloseable {

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

    private boolean partitioned;

    private long delayNanos;

    private boolean hidesClosing;

    private boolean closed;

    public Relay(String name, Supplier<InetSocketAddress> target) {
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

    public int port() {
        return address.getPort();
    }

    /** Accepts connections. */
    public void up() {
        change(() -> {
            up = true;
            refusing = false;
        });
    }

    /** Refuses connections and keeps those that are open. */
    public void refuse() {
        change(() -> refusing = true);
    }

    /** Refuses connections and resets those that are open, as the host of a dead server does. */
    public void down() {
        change(() -> up = false);
    }

    /** Moves no byte and closes no connection until {@link #restore()}. */
    public void partition() {
        change(() -> partitioned = true);
    }

    public void restore() {
        change(() -> partitioned = false);
    }

    /** Delays every answer of the server. */
    public void delayAnswers(Duration delay) {
        change(() -> delayNanos = delay.toNanos());
    }

    /** Keeps the server's side of a connection open when its client closes, as if the client's host had crashed. */
    public void hideClosing(boolean hide) {
        change(() -> {
            hidesClosing = hide;
            if (!hide) {
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
        if (closed || (!up && !partitioned)) {
            closeListener();
            List.copyOf(links).forEach(Link::reset);
            // A registered channel is really closed by the next selection only.
            selector.selectNow();
        } else if (refusing && !partitioned) {
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
                if (partitioned) {
                    changes.take().run();
                    continue;
                }
                selector.select(millisToNextRelease());
                for (Runnable change = changes.poll(); change != null; change = changes.poll()) {
                    change.run();
                }
                if (!partitioned && !closed) {
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

    /** Returns the argument for {@link Selector#select(long)}: 0 when no answer is held back. */
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
            // The client has closed, or its server does not answer and the client has been reset.
        }
    }

    private static InetSocketAddress resolved(InetSocketAddress address) {
        return new InetSocketAddress(address.getHostString(), address.getPort());
    }

    /** The connection of one client and the corresponding connection to the server. */
    private final class Link {

        private final SocketChannel client;

        private final SocketChannel server;

        private final ByteBuffer toServer = ByteBuffer.allocate(BUFFER_SIZE);

        private final ByteBuffer toClient = ByteBuffer.allocate(BUFFER_SIZE);

        private final SelectionKey clientKey;

        private final SelectionKey serverKey;

        private boolean ended;

        private boolean clientEnded;

        /** Whether the server's answer is held back until {@link #heldUntil}. */
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
                transfer();
            } catch (IOException ex) {
                reset();
            }
        }

        /** Returns whether the client has closed or reset its connection. */
        private boolean clientHasEnded() throws IOException {
            try {
                return client.read(toServer) < 0;
            } catch (IOException ex) {
                if (hidesClosing) {
                    return true;
                }
                throw ex;
            }
        }

        /** Discards the server's answers to a client that has closed, until the server closes the connection. */
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
                    transfer();
                } catch (IOException ex) {
                    reset();
                }
            }
        }

        private void transfer() throws IOException {
            flush(toServer, server);
            if (!held) {
                flush(toClient, client);
            }
            if (clientEnded && hidesClosing && toServer.position() == 0) {
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
                // The other end has closed already.
            }
        }
    }
}
