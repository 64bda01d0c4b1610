package io.github.replicationrouting.autoconfigure;

import io.github.replicationrouting.internal.dialect.Dialects;
import io.github.replicationrouting.spi.ReplicationDialect;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanUtils;
import org.springframework.util.ClassUtils;

/** Reads JDBC URLs for checks and messages, without showing their parameters, which may hold secrets. */
final class JdbcUrls {

    private static final Dialects DIALECTS = Dialects.standard();

    /** Text before a colon that no slashes follow may be a user. */
    private static final Pattern SCHEME =
            Pattern.compile("jdbc:[a-zA-Z][a-zA-Z0-9+.-]*:|[a-zA-Z][a-zA-Z0-9+.-]*:(?=//)");

    private static final Pattern AUTHORITY = Pattern.compile("//(?:[^/?#]*@)?([^/?#]+)");
    private static final Pattern SERVER = Pattern.compile("(?:[a-z0-9._-]+|\\[[a-f0-9:.%]+])(?::\\d+)?");

    /** Where a password holds a slash or the like, the rest of it looks like the name of a database. */
    private static final Pattern BROKEN_LOGIN = Pattern.compile("//[^/?#]*[/#][^?]*@");

    /** {@code jdbc:mysql:replication:}, {@code jdbc:mysql+srv:} and the like. */
    private static final Pattern CHOOSING_DRIVER = choosingDriver(DIALECTS.urlPrefixes());

    private static final Pattern DNS_SRV = Pattern.compile("[?&]dnsSrv=true(?:&|$)", Pattern.CASE_INSENSITIVE);
    private static final Pattern HOSTS = Pattern.compile("//([^/?#]*)");
    private static final Pattern HOST = Pattern.compile("(?:.*@)?\\(?([A-Za-z0-9._-]+)(?::\\d+)?\\)?");
    private static final Pattern HOST_KEY = Pattern.compile("\\bhost=([A-Za-z0-9._-]+)", Pattern.CASE_INSENSITIVE);
    private static final Pattern LOGIN = Pattern.compile("//[^/?#]*@");
    private static final Pattern DATABASE = Pattern.compile("//[^/?#]*(?:/([^?#]*))?");

    private JdbcUrls() {}

    private static Pattern choosingDriver(List<String> prefixes) {
        String drivers = prefixes.stream()
                .map(prefix -> Pattern.quote(prefix.substring(0, prefix.length() - 1)))
                .collect(Collectors.joining("|", "(?:", ")"));
        return Pattern.compile("(?i)" + drivers + "(?:\\+srv)?:[a-z-]+:|" + drivers + "\\+srv:");
    }

    /** Returns whether a URL shows by its beginning which dialect the server speaks. */
    static boolean isSupported(String url) {
        return DIALECTS.forUrl(url) != null;
    }

    /** Returns the beginnings of URLs that are supported, as the end of a sentence. */
    static String prefixes() {
        return DIALECTS.urlPrefixes().stream().map(prefix -> "'" + prefix + "'").collect(Collectors.joining(" or "));
    }

    /** Returns the part before the servers, such as {@code jdbc:mysql:}; empty where there is none. */
    static String scheme(String url) {
        Matcher matcher = SCHEME.matcher(url);
        return matcher.lookingAt() ? matcher.group() : "";
    }

    /** Returns the server that a URL names, the default port included; null where the URL does not show it. */
    static @Nullable String servers(String url) {
        Matcher matcher = AUTHORITY.matcher(url);
        if (!matcher.find()) {
            return null;
        }
        String authority = matcher.group(1).toLowerCase(Locale.ROOT);
        if (!SERVER.matcher(authority).matches() || BROKEN_LOGIN.matcher(url).find()) {
            // A driver's own form, or a part of a password.
            return null;
        }
        return authority.matches(".*:\\d+") ? authority : authority + defaultPort(url);
    }

    /** Returns the port of the server's own driver, or of the driver that another one wraps. */
    private static String defaultPort(String url) {
        ReplicationDialect own = DIALECTS.forUrl(url);
        ReplicationDialect dialect = own == null
                ? DIALECTS.forUrl("jdbc:" + url.substring(scheme(url).length()))
                : own;
        return dialect == null ? "" : ":" + dialect.defaultPort();
    }

    /** Returns the database that a URL names, or an empty text. */
    static String database(String url) {
        Matcher matcher = DATABASE.matcher(url);
        return !BROKEN_LOGIN.matcher(url).find() && matcher.find() && matcher.group(1) != null
                ? matcher.group(1).trim()
                : "";
    }

    /**
     * Returns whether a URL holds the user or the password.
     *
     * @param setting {@code user} or {@code password}
     */
    static boolean holds(String url, String setting) {
        return LOGIN.matcher(url).find()
                || Pattern.compile("[?&]" + setting + "=").matcher(url).find();
    }

    /**
     * Returns why a URL leads to more than one server, of which the driver would choose; null where it leads to one.
     */
    static @Nullable String severalServers(String url) {
        Matcher scheme = CHOOSING_DRIVER.matcher(url);
        if (scheme.lookingAt()) {
            return "with '" + scheme.group() + "' the driver chooses the server";
        }
        if (DNS_SRV.matcher(url).find()) {
            return "with 'dnsSrv=true' the driver chooses the server";
        }
        List<String> hosts = hosts(url);
        return hosts.size() < 2
                ? null
                : "it lists " + hosts.size() + " servers, of which the driver chooses: " + String.join(", ", hosts);
    }

    /** Returns the hosts of a list, without users and other parts that may be secret. */
    private static List<String> hosts(String url) {
        Matcher matcher = HOSTS.matcher(url);
        if (!matcher.find()) {
            return List.of();
        }
        String list = matcher.group(1);
        List<String> hosts = new ArrayList<>();
        int depth = 0;
        int begin = 0;
        for (int i = 0; i <= list.length(); i++) {
            char character = i < list.length() ? list.charAt(i) : ',';
            depth += character == '(' ? 1 : character == ')' ? -1 : 0;
            if (character == ',' && (depth <= 0 || i == list.length())) {
                hosts.add(host(list.substring(begin, i)));
                begin = i + 1;
            }
        }
        return hosts;
    }

    private static String host(String part) {
        Matcher key = HOST_KEY.matcher(part);
        if (key.find()) {
            return key.group(1);
        }
        Matcher plain = HOST.matcher(part.replaceAll("[\\[\\]]", "").trim());
        return plain.matches() ? plain.group(1) : "?";
    }

    /** Returns why no driver opens a URL, or null where one does. */
    static @Nullable String driverProblem(String url, @Nullable String driverClassName) {
        try {
            if (driverClassName == null) {
                DriverManager.getDriver(url);
                return null;
            }
            ClassLoader classLoader = ClassUtils.getDefaultClassLoader();
            if (!ClassUtils.isPresent(driverClassName, classLoader)) {
                return "the JDBC driver '" + driverClassName + "' is not on the class path";
            }
            Driver driver = (Driver) BeanUtils.instantiateClass(ClassUtils.forName(driverClassName, classLoader));
            return driver.acceptsURL(url)
                    ? null
                    : "the JDBC driver '" + driverClassName + "' does not accept a URL of '" + scheme(url) + "'";
        } catch (SQLException e) {
            // The driver's message may repeat the URL.
            return "no JDBC driver on the class path accepts a URL of '" + scheme(url) + "'";
        } catch (ReflectiveOperationException | RuntimeException e) {
            return "'" + driverClassName + "' cannot be used as a JDBC driver";
        }
    }

    /** Returns how to get a driver for a URL. */
    static String driverAction(String url) {
        ReplicationDialect dialect = DIALECTS.forUrl(url);
        String driver = dialect == null ? null : dialect.driver();
        return driver == null
                ? "Add the driver of '" + scheme(url) + "' to the class path"
                : "Add the dependency '" + driver + "'";
    }
}
