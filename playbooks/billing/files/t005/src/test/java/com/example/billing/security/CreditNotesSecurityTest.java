package com.example.billing.security;

import static com.example.billing.Billing.newCustomer;
import static com.example.billing.Billing.newDraft;
import static com.example.billing.Billing.newIssued;
import static com.example.billing.Billing.postJson;
import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.delete;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.example.billing.ApiTest;
import com.jayway.jsonpath.JsonPath;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.servlet.MockMvc;

/** From outside only: what a caller of credit notes must not be able to do, or to learn. */
@ApiTest
class CreditNotesSecurityTest {

    @Autowired
    private MockMvc api;

    private static String notesOf(String invoice) {
        return "/v1/invoices/" + invoice + "/credit-notes";
    }

    private static String body(long amountCents, String reason) {
        return "{\"amountCents\": %d, \"reason\": \"%s\"}".formatted(amountCents, reason);
    }

    private int statusOf(String invoice, String body) throws Exception {
        return api.perform(postJson(notesOf(invoice), body)).andReturn().getResponse().getStatus();
    }

    @Test
    void requestsAtOnceNeverCreditMoreThanTheInvoice() throws Exception {
        String invoice = newIssued(api, newCustomer(), 1000);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            Callable<Integer> credit = () -> statusOf(invoice, body(300, "at once"));
            long made = 0;
            for (Future<Integer> answer : threads.invokeAll(Stream.generate(() -> credit).limit(24).toList())) {
                assertThat(answer.get()).isIn(201, 409);
                made += answer.get() == 201 ? 1 : 0;
            }
            assertThat(made).isEqualTo(3);
        } finally {
            threads.shutdownNow();
        }
        api.perform(get(notesOf(invoice))).andExpect(jsonPath("$.creditedCents").value(900));
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, Long.MIN_VALUE, 1_000_000_000_001L, -1})
    void noAmountOverflowsOrAddsToTheInvoice(long amountCents) throws Exception {
        String invoice = newIssued(api, newCustomer(), 1000);
        assertThat(statusOf(invoice, body(1, "first"))).isEqualTo(201);
        assertThat(statusOf(invoice, body(amountCents, "second"))).isEqualTo(400);
        api.perform(get(notesOf(invoice))).andExpect(jsonPath("$.creditedCents").value(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "invoiceId", "currency", "createdAt", "__proto__"})
    void whatTheServiceDecidesCannotBeSent(String field) throws Exception {
        String invoice = newIssued(api, newCustomer(), 1000);
        String body = "{\"amountCents\": 1, \"reason\": \"a\", \"%s\": \"x\"}".formatted(field);
        assertThat(statusOf(invoice, body)).isEqualTo(400);
    }

    @Test
    void anInvoiceWithCreditNotesCannotBeTakenAway() throws Exception {
        String invoice = newIssued(api, newCustomer(), 1000);
        assertThat(statusOf(invoice, body(1, "a"))).isEqualTo(201);
        api.perform(delete("/v1/invoices/{id}", invoice)).andExpect(status().isConflict());
    }

    @Test
    void aDraftCannotBeCreditedAheadOfBeingIssued() throws Exception {
        String draft = newDraft(api, newCustomer(), 1000);
        assertThat(statusOf(draft, body(1000, "a"))).isEqualTo(409);
        api.perform(post("/v1/invoices/{id}/issue", draft)).andExpect(status().isOk());
        api.perform(get(notesOf(draft))).andExpect(jsonPath("$.creditedCents").value(0));
    }

    @Test
    void whatCallersWriteComesBackAsDataOnly() throws Exception {
        String invoice = newIssued(api, newCustomer(), 1000);
        String reason = "<script>alert(1)</script> ${jndi:ldap://x} '; drop table notes; --";
        api.perform(postJson(notesOf(invoice), body(1, reason)))
                .andExpect(status().isCreated())
                .andExpect(header().string("content-type", "application/json"))
                .andExpect(jsonPath("$.reason").value(reason));
    }

    @Test
    void theLogHasIdsAndNothingThatCustomersOrCallersWrote() throws Exception {
        String customer = newCustomer();
        String invoice = newIssued(api, customer, 1000);
        Logger logger = (Logger) LoggerFactory.getLogger("com.example.billing");
        ListAppender<ILoggingEvent> appender = new ListAppender<>() {
            @Override
            protected void append(ILoggingEvent event) {
                // Otherwise the request's id is looked up when it is over.
                event.prepareForDeferredProcessing();
                super.append(event);
            }
        };
        appender.start();
        logger.setLevel(Level.DEBUG);
        logger.addAppender(appender);
        String note;
        try {
            note = JsonPath.read(
                    api.perform(postJson(notesOf(invoice), body(1, "canary-reason\\nforged line")))
                            .andReturn().getResponse().getContentAsString(),
                    "$.id");
            assertThat(statusOf(invoice, body(100_000, "canary-refused"))).isEqualTo(409);
        } finally {
            logger.detachAppender(appender);
            logger.setLevel(null);
        }
        List<String> lines = appender.list.stream()
                .map(event -> event.getFormattedMessage() + " " + event.getKeyValuePairs() + event.getMDCPropertyMap())
                .toList();
        assertThat(lines).anyMatch(line -> line.contains(note) && line.contains("requestId"));
        assertThat(String.join("\n", lines)).doesNotContain("canary", "forged", customer, "100000");
    }
}
