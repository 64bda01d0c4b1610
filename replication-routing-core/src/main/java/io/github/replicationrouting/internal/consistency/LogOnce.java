package io.github.replicationrouting.internal.consistency;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once what would else be said with every request. */
final class LogOnce {

    private static final Logger log = LoggerFactory.getLogger(Session.class);
    private static final Set<String> said = ConcurrentHashMap.newKeySet();

    private LogOnce() {}

    static void once(String what, Throwable why) {
        if (said.add(what)) {
            log.warn(what, why);
        } else {
            log.debug(what, why);
        }
    }
}
