package io.github.replicationrouting.integration.web;

import io.github.replicationrouting.RoutedConnection;
import io.github.replicationrouting.integration.support.Transactions;
import jakarta.servlet.http.HttpSession;
import java.util.Objects;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Pages that save and show an author. */
@RestController
class AuthorPages {

    private final Transactions transactions;
    private final JdbcTemplate jdbc;

    AuthorPages(Transactions transactions, JdbcTemplate jdbc) {
        this.transactions = transactions;
        this.jdbc = jdbc;
    }

    @PostMapping("/login")
    void login(HttpSession session) {
        session.setAttribute("user", "visitor");
    }

    @PostMapping("/authors/{name}")
    void save(@PathVariable String name) {
        transactions.write(() -> jdbc.update("INSERT INTO author (name) VALUES (?)", name));
    }

    /** Returns how often the author exists, which node served that, and why. */
    @GetMapping("/authors/{name}")
    String show(@PathVariable String name) {
        return transactions.readOnly(() -> {
            Integer found = jdbc.queryForObject("SELECT COUNT(*) FROM author WHERE name = ?", Integer.class, name);
            String decision = jdbc.execute((ConnectionCallback<String>) connection -> {
                var last = Objects.requireNonNull(
                        connection.unwrap(RoutedConnection.class).lastDecision());
                return last.node().name() + " " + last.reason().label();
            });
            return found + " " + decision;
        });
    }
}
