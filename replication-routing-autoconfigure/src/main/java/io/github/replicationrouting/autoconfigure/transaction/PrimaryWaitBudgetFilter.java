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
 * Binds one {@link PrimaryWaitBudget} to each web request, so that all of its transactions together, those of its error
 * page and of the session store included, wait for a primary no longer than a single transaction may. Runs before every
 * filter that may use the database, such as that of Spring Session.
 */
final class PrimaryWaitBudgetFilter extends OncePerRequestFilter implements Ordered {

    private static final String ATTRIBUTE = PrimaryWaitBudgetFilter.class.getName() + ".budget";

    /** Returns an order before Spring Session's filter, which is at {@code Integer.MIN_VALUE + 50}. */
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
        PrimaryWaitBudget previous = budgetOf(request).bind();
        try {
            chain.doFilter(request, response);
        } finally {
            PrimaryWaitBudget.restore(previous);
        }
    }

    private static PrimaryWaitBudget budgetOf(HttpServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof PrimaryWaitBudget existing) {
            return existing;
        }
        PrimaryWaitBudget budget = new PrimaryWaitBudget();
        request.setAttribute(ATTRIBUTE, budget);
        return budget;
    }
}
