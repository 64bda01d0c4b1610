package io.github.replicationrouting.integration.failure;

import com.zaxxer.hikari.HikariConfig;
import io.github.replicationrouting.ReplicationRouting;
import io.github.replicationrouting.settings.NodeSettings;
import io.github.replicationrouting.spi.RouterMetrics;
import io.github.replicationrouting.spi.TopologyListener;
import io.github.replicationrouting.topology.Node;
import io.github.replicationrouting.topology.NodeSpec;
import io.github.replicationrouting.topology.NodeStatus;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An application in a separate process, which can be suspended and starved: it reads continuously with the default
 * settings and prints what happens. Reads commands: {@code busy} starts threads that use all of the
 * processor.
 */
final class ApplicationProcess {

    private static final int ANSWERS_IN_A_LINE = 10;
    private static final int READERS = 2;
    private static final int BUSY_THREADS = 4;

    private ApplicationProcess() {}

    /** @param args user, password, then the URL of each node */
    public static void main(String[] args) throws Exception {
        ReplicationRouting.Builder builder = ReplicationRouting.builder("observed")
                .listener(new TopologyListener() {
                    @Override
                    public void nodeStateChanged(NodeStatus before, NodeStatus after) {
                        print("state " + after.name() + " " + after.state() + " " + after.reason());
                    }

                    @Override
                    public void primaryChanged(@Nullable NodeStatus before, @Nullable NodeStatus after) {
                        print("primary " + (after == null ? "none" : after.name()));
                    }
                })
                .metrics(new RouterMetrics() {
                    private final AtomicInteger answers = new AtomicInteger();

                    @Override
                    public void probed(Node node, String outcome) {
                        if (outcome.equals("answered") && answers.incrementAndGet() % ANSWERS_IN_A_LINE == 0) {
                            print("answers " + answers.get());
                        }
                    }
                });
        for (int i = 2; i < args.length; i++) {
            HikariConfig pool = new HikariConfig();
            pool.setUsername(args[0]);
            pool.setPassword(args[1]);
            pool.setMaximumPoolSize(READERS + 1);
            pool.setConnectionTimeout(10_000);
            pool.setInitializationFailTimeout(-1);
            builder.node(
                    new NodeSettings(NodeSpec.of("db" + (i - 1), args[i]), pool, null, Duration.ofSeconds(5), null));
        }
        try (ReplicationRouting routing = builder.build()) {
            routing.start();
            for (int i = 0; i < READERS; i++) {
                daemon(() -> read(routing));
            }
            print("ready");
            execute();
        }
    }

    private static void read(ReplicationRouting routing) {
        try {
            while (true) {
                try (Connection connection = routing.dataSource().getConnection()) {
                    connection.setReadOnly(true);
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("SELECT SLEEP(0.02)");
                    }
                } catch (SQLException e) {
                    print("failed " + e.getMessage());
                }
            }
        } catch (RuntimeException e) {
            print("failed " + e);
        }
    }

    private static void execute() throws Exception {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (true) {
            String command = commands.readLine();
            if (command == null) {
                return;
            }
            for (int i = 0; i < BUSY_THREADS; i++) {
                daemon(ApplicationProcess::burn);
            }
            print("busy");
        }
    }

    private static void burn() {
        while (!Thread.currentThread().isInterrupted()) {
            Thread.onSpinWait();
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
    }

    private static void print(String what) {
        System.out.println(what);
    }
}
