package com.example.billing;

import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;

import com.jayway.jsonpath.JsonPath;
import java.util.UUID;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;

/** What tests of the API do again and again. */
public final class Billing {

    private Billing() {}

    public static MockHttpServletRequestBuilder postJson(String path, String body) {
        return post(path).contentType(MediaType.APPLICATION_JSON).content(body);
    }

    /** A customer nobody else has. */
    public static String newCustomer() {
        return "customer-" + UUID.randomUUID();
    }

    /** Id of a new draft over that amount. */
    public static String newDraft(MockMvc api, String customer, long totalCents) throws Exception {
        String body = """
                {"customerReference": "%s", "currency": "EUR",
                 "lines": [{"description": "Work", "quantity": 1, "unitPriceCents": %d}]}
                """.formatted(customer, totalCents);
        return idOf(api, postJson("/v1/invoices", body));
    }

    /** Id of a new invoice over that amount, issued. */
    public static String newIssued(MockMvc api, String customer, long totalCents) throws Exception {
        return idOf(api, post("/v1/invoices/{id}/issue", newDraft(api, customer, totalCents)));
    }

    /** The {@code id} in the answer to a request. */
    public static String idOf(MockMvc api, MockHttpServletRequestBuilder request) throws Exception {
        return JsonPath.read(api.perform(request).andReturn().getResponse().getContentAsString(), "$.id");
    }
}
