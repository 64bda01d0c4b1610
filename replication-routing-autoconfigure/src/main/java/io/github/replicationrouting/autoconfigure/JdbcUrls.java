package io.github.replicationrouting.autoconfigure;

import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanUtils;
import org.springframework.util.ClassUtils;

/** What can be told of a JDBC URL without showing its parameters, which may hold secrets. */
final class JdbcUrls {

    private static final Pattern SCHEME = Pattern.compile("(?:jdbc:)?[a-zA-Z][a-zA-Z0-9+.-]*:");
    private static final Pattern AUTHORITY = Pattern.compile("//(?:[^/?#]*@)?([^/?#]+)");

    private JdbcUrls() {}

    static boolean isMySql(String url) {
        return url.startsWith("jdbc:mysql:");
    }

    static boolean isMariaDb(String url) {
        return url.startsWith("jdbc:mariadb:");
    }

    /** The part before the servers, such as {@code jdbc:mysql:}; empty where there is none. */
    static String scheme(String url) {
        Matcher matcher = SCHEME.matcher(url);
        return matcher.lookingAt() ? matcher.group() : "";
    }

    /** The servers that a URL names, the default port included, or null where it cannot be told. */
    static @Nullable String servers(String url) {
        Matcher matcher = AUTHORITY.matcher(url);
        if (!matcher.find()) {
            return null;
        }
        String authority = matcher.group(1).toLowerCase(Locale.ROOT);
        if (authority.contains("=")) {
            // A driver's own form, which may hold a password.
            return null;
        }
        return authority.matches(".*:\\d+") ? authority : authority + ":3306";
    }

    /** Why a URL cannot be opened by a driver, or null where it can. */
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
            // The driver's own words may repeat the URL.
            return "no JDBC driver on the class path accepts a URL of '" + scheme(url) + "'";
        } catch (ReflectiveOperationException | RuntimeException e) {
            return "'" + driverClassName + "' cannot be used as a JDBC driver";
        }
    }

    /** How to get a driver for a URL. */
    static String driverAction(String url) {
        if (isMySql(url)) {
            return "Add the dependency 'com.mysql:mysql-connector-j'";
        }
        if (isMariaDb(url)) {
            return "Add the dependency 'org.mariadb.jdbc:mariadb-java-client'";
        }
        return "Add the driver of '" + scheme(url) + "' to the class path";
    }
}
