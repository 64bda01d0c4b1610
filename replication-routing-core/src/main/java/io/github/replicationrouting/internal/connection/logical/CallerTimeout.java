package io.github.replicationrouting.internal.connection.logical;

import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.sql.SQLException;

/** Distinguishes a connection that its user ended, by a timeout or an interrupt, from the loss of a node. */
final class CallerTimeout {

    /** Frameworks wrap a few times; beyond that the causes form a loop. */
    private static final int MAX_LINKS = 16;

    private CallerTimeout() {}

    /**
     * Whether the user of the connection ended it.
     *
     * @param networkTimeout whether the user set a network timeout; one in the URL is the operator's
     */
    static boolean isMet(SQLException error, boolean networkTimeout) {
        Throwable link = error;
        for (int i = 0; link != null && i < MAX_LINKS; i++) {
            if ((networkTimeout && link instanceof SocketTimeoutException) || isInterrupted(link)) {
                return true;
            }
            link = link.getCause();
        }
        return false;
    }

    /** A read on a virtual thread that is interrupted closes its socket. */
    private static boolean isInterrupted(Throwable link) {
        return link instanceof ClosedByInterruptException
                || (link instanceof SocketException && "Closed by interrupt".equals(link.getMessage()));
    }
}
