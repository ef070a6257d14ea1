package com.example.billing.controller;

import static com.example.billing.Billing.idOf;
import static com.example.billing.Billing.newCustomer;
import static com.example.billing.Billing.newDraft;
import static com.example.billing.Billing.newIssued;
import static com.example.billing.Billing.postJson;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.delete;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.example.billing.ApiTest;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;

@ApiTest
class CreditNotesApiTest {

    @Autowired
    private MockMvc api;

    private String invoice;

    @BeforeEach
    void issueAnInvoice() throws Exception {
        invoice = newIssued(api, newCustomer(), 1000);
    }

    private static MockHttpServletRequestBuilder credit(Object invoiceId, int amountCents) {
        return postJson(
                "/v1/invoices/" + invoiceId + "/credit-notes",
                "{\"amountCents\": %d, \"reason\": \"Too many hours\"}".formatted(amountCents));
    }

    @Test
    void aCreditNoteIsMadeAndReadBack() throws Exception {
        api.perform(credit(invoice, 400))
                .andExpect(status().isCreated())
                .andExpect(header().string("Location", matchesPattern("/v1/credit-notes/[0-9a-f-]{36}")))
                .andExpect(jsonPath("$.invoiceId").value(invoice))
                .andExpect(jsonPath("$.currency").value("EUR"))
                .andExpect(jsonPath("$.amountCents").value(400))
                .andExpect(jsonPath("$.reason").value("Too many hours"))
                .andExpect(jsonPath("$.createdAt").isNotEmpty());

        String id = idOf(api, credit(invoice, 100));
        api.perform(get("/v1/credit-notes/{id}", id))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.id").value(id))
                .andExpect(jsonPath("$.amountCents").value(100));
    }

    @Test
    void theNotesOfAnInvoiceAreListedWithWhatIsLeft() throws Exception {
        String first = idOf(api, credit(invoice, 100));
        idOf(api, credit(invoice, 200));
        idOf(api, credit(invoice, 300));
        String path = "/v1/invoices/" + invoice + "/credit-notes";
        api.perform(get(path).param("limit", "1"))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.data[*].amountCents", contains(100)))
                .andExpect(jsonPath("$.nextCursor").value(first))
                .andExpect(jsonPath("$.creditedCents").value(600))
                .andExpect(jsonPath("$.creditableCents").value(400));
        api.perform(get(path).param("cursor", first))
                .andExpect(jsonPath("$.data[*].amountCents", contains(200, 300)))
                .andExpect(jsonPath("$.nextCursor").value(nullValue()));
    }

    @Test
    void anInvoiceWithoutNotesHasAnEmptyList() throws Exception {
        api.perform(get("/v1/invoices/{id}/credit-notes", invoice))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.data").isEmpty())
                .andExpect(jsonPath("$.creditableCents").value(1000));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"reason": "a"}                                      | /amountCents
            {"amountCents": 0, "reason": "a"}                    | /amountCents
            {"amountCents": -1, "reason": "a"}                   | /amountCents
            {"amountCents": 1000000000001, "reason": "a"}        | /amountCents
            {"amountCents": 1.5, "reason": "a"}                  | /amountCents
            {"amountCents": "1", "reason": "a"}                  | /amountCents
            {"amountCents": 1}                                   | /reason
            {"amountCents": 1, "reason": " "}                    | /reason
            {"amountCents": 1, "reason": 5}                      | /reason
            {"amountCents": 1, "reason": "a", "currency": "USD"} | /currency
            """)
    void aNoteThatIsNotValidIsRefusedWithThePlace(String body, String path) throws Exception {
        api.perform(postJson("/v1/invoices/" + invoice + "/credit-notes", body))
                .andExpect(status().isBadRequest())
                .andExpect(content().contentType(MediaType.APPLICATION_PROBLEM_JSON))
                .andExpect(jsonPath("$.type").value("urn:problem:invalid-request"))
                .andExpect(jsonPath("$.errors[*].path", hasItem(path)));
    }

    @Test
    void aReasonThatIsTooLongIsRefused() throws Exception {
        String body = "{\"amountCents\": 1, \"reason\": \"%s\"}".formatted("a".repeat(201));
        api.perform(postJson("/v1/invoices/" + invoice + "/credit-notes", body)).andExpect(status().isBadRequest());
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=101", "cursor=x"})
    void aListThatIsNotValidIsRefusedWithThePlace(String query) throws Exception {
        api.perform(get("/v1/invoices/" + invoice + "/credit-notes?" + query))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.errors[0].path").value(query.substring(0, query.indexOf('='))));
    }

    @Test
    void aCursorOfAnotherInvoiceIsRefused() throws Exception {
        String cursor = idOf(api, credit(newIssued(api, newCustomer(), 1000), 1));
        api.perform(get("/v1/invoices/{id}/credit-notes", invoice).param("cursor", cursor))
                .andExpect(status().isBadRequest());
    }

    @Test
    void anAddressThatIsNoIdIsRefused() throws Exception {
        api.perform(credit("7", 1)).andExpect(status().isBadRequest());
        api.perform(get("/v1/credit-notes/7")).andExpect(status().isBadRequest());
    }

    @Test
    void whatDoesNotExistIsNotFound() throws Exception {
        UUID nothing = UUID.randomUUID();
        api.perform(credit(nothing, 1)).andExpect(status().isNotFound());
        api.perform(get("/v1/invoices/{id}/credit-notes", nothing)).andExpect(status().isNotFound());
        api.perform(get("/v1/credit-notes/{id}", nothing))
                .andExpect(status().isNotFound())
                .andExpect(jsonPath("$.type").value("urn:problem:not-found"));
    }

    @Test
    void moreThanIsLeftOfTheInvoiceIsAConflict() throws Exception {
        api.perform(credit(invoice, 700)).andExpect(status().isCreated());
        api.perform(credit(invoice, 301))
                .andExpect(status().isConflict())
                .andExpect(content().contentType(MediaType.APPLICATION_PROBLEM_JSON))
                .andExpect(jsonPath("$.type").value("urn:problem:credit-exceeds-invoice"));
        api.perform(credit(invoice, 300)).andExpect(status().isCreated());
    }

    @Test
    void creditingADraftIsAConflict() throws Exception {
        api.perform(credit(newDraft(api, newCustomer(), 1000), 1))
                .andExpect(status().isConflict())
                .andExpect(jsonPath("$.type").value("urn:problem:invoice-not-issued"));
    }

    @Test
    void aCreditNoteIsForEver() throws Exception {
        String id = idOf(api, credit(invoice, 1));
        api.perform(delete("/v1/credit-notes/{id}", id)).andExpect(status().isMethodNotAllowed());
    }
}
