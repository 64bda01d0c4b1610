package io.github.replicationrouting.autoconfigure.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.replicationrouting.internal.routing.PrimaryWaitBudget;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class PrimaryWaitBudgetFilterTest {

    private final PrimaryWaitBudgetFilter filter = new PrimaryWaitBudgetFilter();
    private final List<PrimaryWaitBudget> budgets = new ArrayList<>();

    @Test
    void whenRequestIsDispatchedAgainShouldKeepItsBudget() throws Exception {
        MockHttpServletRequest request = new MockHttpServletRequest();
        filter(request);
        request.setDispatcherType(DispatcherType.ASYNC);
        filter(request);
        request.setDispatcherType(DispatcherType.ERROR);
        request.setAttribute(RequestDispatcher.ERROR_REQUEST_URI, "/");
        filter(request);
        filter(new MockHttpServletRequest());

        assertThat(budgets.get(1)).isSameAs(budgets.get(0));
        assertThat(budgets.get(2)).isSameAs(budgets.get(0));
        assertThat(budgets.get(3)).isNotSameAs(budgets.get(0));
        assertThat(PrimaryWaitBudget.ofThread()).as("outside of requests").isNotIn(budgets);
    }

    private void filter(MockHttpServletRequest request) throws Exception {
        filter.doFilter(request, new MockHttpServletResponse(), (in, out) -> budgets.add(PrimaryWaitBudget.ofThread()));
    }
}
