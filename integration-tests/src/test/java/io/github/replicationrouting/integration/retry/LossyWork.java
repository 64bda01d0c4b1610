package io.github.replicationrouting.integration.retry;

import io.github.replicationrouting.integration.support.TestApplication;
import org.springframework.jdbc.core.JdbcTemplate;

/** Work that loses its node in its first attempts, and records where each ran. */
final class LossyWork {

    private final TestApplication app;
    private int attempts;

    LossyWork(TestApplication app) {
        this.app = app;
    }

    int count() {
        return attempts;
    }

    /**
     * The server kills the connection between two statements of the first attempt; returns the node of the last one.
     */
    String losingOnce() {
        return losing(1);
    }

    String losing(int times) {
        attempts++;
        Session session = session();
        if (attempts <= times) {
            session.kill();
        }
        return app.node();
    }

    /** Runs an action between the loss and its discovery. */
    String losingOnce(Runnable meanwhile) {
        attempts++;
        Session session = session();
        if (attempts == 1) {
            session.kill();
            meanwhile.run();
        }
        return app.node();
    }

    /** Returns the database session of the current transaction. */
    Session session() {
        return session(app.jdbc());
    }

    Session session(JdbcTemplate jdbc) {
        return jdbc.queryForObject(
                "SELECT @@server_id, CONNECTION_ID()",
                (row, number) -> new Session(app.name(row.getLong(1)), row.getLong(2)));
    }

    /** One session on a server. */
    final class Session {

        private final String node;
        private final long id;

        private Session(String node, long id) {
            this.node = node;
            this.id = id;
        }

        String node() {
            return node;
        }

        void kill() {
            app.cluster().node(node).killSession(id);
        }
    }
}
