package io.github.replicationrouting.autoconfigure.transaction;

import io.github.replicationrouting.internal.routing.PrimaryWaitBudget;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Has all transactions of a web request, also those of its error page and of the session store, wait for a primary as long
 * as one of them may. Stands before everything that may use the database, such as the filter of Spring Session.
 */
final class PrimaryWaitFilter extends OncePerRequestFilter implements Ordered {

    private static final String ATTRIBUTE = PrimaryWaitFilter.class.getName() + ".budget";

    /** Spring Session's filter is at {@code Integer.MIN_VALUE + 50}. */
    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE + 40;
    }

    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected boolean shouldNotFilterErrorDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        PrimaryWaitBudget budget =
                request.getAttribute(ATTRIBUTE) instanceof PrimaryWaitBudget begun ? begun : begin(request);
        PrimaryWaitBudget before = budget.bind();
        try {
            chain.doFilter(request, response);
        } finally {
            PrimaryWaitBudget.restore(before);
        }
    }

    private static PrimaryWaitBudget begin(HttpServletRequest request) {
        PrimaryWaitBudget budget = new PrimaryWaitBudget();
        request.setAttribute(ATTRIBUTE, budget);
        return budget;
    }
}
