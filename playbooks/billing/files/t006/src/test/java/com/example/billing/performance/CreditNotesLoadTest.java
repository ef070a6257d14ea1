package com.example.billing.performance;

import static com.example.billing.Billing.newCustomer;
import static com.example.billing.Billing.newIssued;
import static com.example.billing.Billing.postJson;
import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;

import com.example.billing.ApiTest;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.RequestBuilder;

/** Measures without a network and prints p50 and p95; run on purpose only, see docs/performance/credit-notes.md. */
@Tag("load")
@ApiTest
class CreditNotesLoadTest {

    private static final int CALLERS = 5;
    private static final int WARM_UP = 500;
    private static final int REQUESTS = 5_000;

    @Autowired
    private MockMvc api;

    @Test
    void creatingAndListing() throws Exception {
        String path = "/v1/invoices/" + newIssued(api, newCustomer(), 10_000_000) + "/credit-notes";
        report("create", 201, postJson(path, "{\"amountCents\": 1, \"reason\": \"load\"}"));
        report("list", 200, get(path).param("limit", "100"));
    }

    private void report(String name, int expected, RequestBuilder request) throws Exception {
        run(expected, request, WARM_UP);
        long[] nanos = run(expected, request, REQUESTS);
        Arrays.sort(nanos);
        System.out.printf(
                "%s: p50 %.2f ms, p95 %.2f ms of %d requests by %d callers%n",
                name, nanos[REQUESTS / 2] / 1e6, nanos[REQUESTS * 95 / 100] / 1e6, REQUESTS, CALLERS);
    }

    /** Nanoseconds of each request. */
    private long[] run(int expected, RequestBuilder request, int count) throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        try {
            Callable<Long> one = () -> {
                long startedAt = System.nanoTime();
                int status = api.perform(request).andReturn().getResponse().getStatus();
                long took = System.nanoTime() - startedAt;
                assertThat(status).isEqualTo(expected);
                return took;
            };
            List<Future<Long>> answers = callers.invokeAll(Stream.generate(() -> one).limit(count).toList());
            long[] nanos = new long[count];
            for (int index = 0; index < count; index++) {
                nanos[index] = answers.get(index).get();
            }
            return nanos;
        } finally {
            callers.shutdownNow();
        }
    }
}
