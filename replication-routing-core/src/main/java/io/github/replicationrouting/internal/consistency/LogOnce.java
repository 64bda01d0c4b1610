package io.github.replicationrouting.internal.consistency;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs a warning once that would otherwise be repeated with every request; its repetitions are logged at DEBUG. */
final class LogOnce {

    private static final Logger log = LoggerFactory.getLogger(Session.class);
    private static final Set<String> logged = ConcurrentHashMap.newKeySet();

    private LogOnce() {}

    static void warn(String message, Throwable cause) {
        if (logged.add(message)) {
            log.warn(message, cause);
        } else {
            log.debug(message, cause);
        }
    }
}
