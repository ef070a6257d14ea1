package com.example.billing.controller;

import static com.example.billing.Billing.newCustomer;
import static com.example.billing.Billing.newDraft;
import static com.example.billing.Billing.newIssued;
import static com.example.billing.Billing.postJson;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.delete;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.example.billing.ApiTest;
import com.jayway.jsonpath.DocumentContext;
import com.jayway.jsonpath.JsonPath;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.servlet.MockMvc;

@ApiTest
class InvoicesApiTest {

    @Autowired
    private MockMvc api;

    @Test
    void aNewInvoiceIsADraftWithItsTotal() throws Exception {
        String body = """
                {"customerReference": "acme-7", "currency": "EUR", "lines": [
                  {"description": "Consulting", "quantity": 3, "unitPriceCents": 12000},
                  {"description": "Travel", "quantity": 1, "unitPriceCents": 4550}]}
                """;
        api.perform(postJson("/v1/invoices", body))
                .andExpect(status().isCreated())
                .andExpect(header().string("Location", matchesPattern("/v1/invoices/[0-9a-f-]{36}")))
                .andExpect(jsonPath("$.status").value("draft"))
                .andExpect(jsonPath("$.customerReference").value("acme-7"))
                .andExpect(jsonPath("$.lines[1].description").value("Travel"))
                .andExpect(jsonPath("$.totalCents").value(40_550))
                .andExpect(jsonPath("$.issuedAt").value(nullValue()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"currency": "EUR", "lines": []}                                              | /lines
            {"currency": "euro"}                                                          | /currency
            {"customerReference": "-x"}                                                   | /customerReference
            {"customerReference": 12}                                                     | /customerReference
            {"lines": [{"description": " ", "quantity": 1, "unitPriceCents": 1}]}         | /lines/0/description
            {"lines": [{"description": "a", "quantity": 0, "unitPriceCents": 1}]}         | /lines/0/quantity
            {"lines": [{"description": "a", "quantity": 1}]}                              | /lines/0/unitPriceCents
            {"lines": [null]}                                                             | /lines/0
            """)
    void anInvoiceThatIsNotValidIsRefusedWithThePlace(String body, String path) throws Exception {
        api.perform(postJson("/v1/invoices", body))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.type").value("urn:problem:invalid-request"))
                .andExpect(jsonPath("$.errors[?(@.path == '%s')]".formatted(path)).isNotEmpty());
    }

    @Test
    void anInvoiceCanBeReadBack() throws Exception {
        String id = newDraft(api, newCustomer(), 100);
        api.perform(get("/v1/invoices/{id}", id))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.id").value(id))
                .andExpect(jsonPath("$.totalCents").value(100));
    }

    @Test
    void anIssuedInvoiceSaysWhenAndCanBeIssuedAgainWithoutHarm() throws Exception {
        String id = newIssued(api, newCustomer(), 100);
        api.perform(post("/v1/invoices/{id}/issue", id))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.status").value("issued"))
                .andExpect(jsonPath("$.issuedAt").isNotEmpty());
    }

    @Test
    void aDraftCanBeDiscarded() throws Exception {
        String id = newDraft(api, newCustomer(), 100);
        api.perform(delete("/v1/invoices/{id}", id)).andExpect(status().isNoContent());
        api.perform(get("/v1/invoices/{id}", id)).andExpect(status().isNotFound());
    }

    @Test
    void anIssuedInvoiceStays() throws Exception {
        String id = newIssued(api, newCustomer(), 100);
        api.perform(delete("/v1/invoices/{id}", id))
                .andExpect(status().isConflict())
                .andExpect(jsonPath("$.type").value("urn:problem:invoice-issued"));
        api.perform(get("/v1/invoices/{id}", id)).andExpect(status().isOk());
    }

    @Test
    void theInvoicesOfACustomerAreListedPageByPage() throws Exception {
        String customer = newCustomer();
        for (int total = 1; total <= 3; total++) {
            newDraft(api, customer, total);
        }
        newDraft(api, newCustomer(), 9);

        DocumentContext first = page("customerReference=" + customer + "&limit=2");
        DocumentContext last = page("customerReference=" + customer + "&cursor=" + first.read("$.nextCursor"));
        assertThat(first.<List<Integer>>read("$.data[*].totalCents")).hasSize(2);
        assertThat(last.<String>read("$.nextCursor")).isNull();
        List<Integer> totals = new ArrayList<>(first.<List<Integer>>read("$.data[*].totalCents"));
        totals.addAll(last.read("$.data[*].totalCents"));
        assertThat(totals).containsExactlyInAnyOrder(1, 2, 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=101", "limit=many", "cursor=x", "customerReference=-"})
    void aListThatIsNotValidIsRefusedWithThePlace(String query) throws Exception {
        api.perform(get("/v1/invoices?" + query))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].path").value(query.substring(0, query.indexOf('='))));
    }

    @Test
    void aCursorOfNoInvoiceIsRefused() throws Exception {
        api.perform(get("/v1/invoices").param("cursor", UUID.randomUUID().toString()))
                .andExpect(status().isBadRequest());
    }

    @Test
    void anInvoiceThatDoesNotExistIsNotFound() throws Exception {
        UUID id = UUID.randomUUID();
        api.perform(get("/v1/invoices/{id}", id)).andExpect(status().isNotFound());
        api.perform(post("/v1/invoices/{id}/issue", id)).andExpect(status().isNotFound());
        api.perform(delete("/v1/invoices/{id}", id)).andExpect(status().isNotFound());
    }

    private DocumentContext page(String query) throws Exception {
        return JsonPath.parse(api.perform(get("/v1/invoices?" + query))
                .andExpect(status().isOk())
                .andReturn()
                .getResponse()
                .getContentAsString());
    }
}
