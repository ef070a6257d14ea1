package com.example.billing.controller;

import static com.example.billing.Billing.postJson;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.put;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.example.billing.ApiTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;

@ApiTest
class ProblemsApiTest {

    @Autowired
    private MockMvc api;

    @Test
    void theServiceSaysThatItWorks() throws Exception {
        api.perform(get("/v1/health")).andExpect(status().isOk()).andExpect(jsonPath("$.status").value("ok"));
    }

    @Test
    void aProblemCarriesTheIdOfItsRequest() throws Exception {
        ResultActions answer = api.perform(get("/v1/nothing"));
        answer.andExpect(status().isNotFound())
                .andExpect(content().contentType(MediaType.APPLICATION_PROBLEM_JSON))
                .andExpect(jsonPath("$.type").value("urn:problem:not-found"))
                .andExpect(jsonPath("$.title").value("Not Found"))
                .andExpect(jsonPath("$.requestId").value(idOf(answer)));
    }

    @Test
    void everyRequestHasAnIdOfItsOwnWhateverTheCallerSends() throws Exception {
        String sent = "sent-by-the-caller";
        String first = idOf(api.perform(get("/v1/health").header("x-request-id", sent)));
        String second = idOf(api.perform(get("/v1/health").header("x-request-id", sent)));
        assertThat(first).isNotBlank().isNotEqualTo(sent).isNotEqualTo(second);
    }

    @Test
    void whatSpringRefusesIsAProblemToo() throws Exception {
        api.perform(put("/v1/invoices"))
                .andExpect(status().isMethodNotAllowed())
                .andExpect(content().contentType(MediaType.APPLICATION_PROBLEM_JSON))
                .andExpect(jsonPath("$.type").value("urn:problem:refused-request"));
        api.perform(post("/v1/invoices").contentType(MediaType.TEXT_PLAIN).content("x"))
                .andExpect(status().isUnsupportedMediaType())
                .andExpect(jsonPath("$.requestId").isNotEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "null", "{\"colour\": \"red\"}", "{\"lines\": 1}",
        "{\"lines\": [{\"quantity\": \"2\"}]}", "{\"lines\": [{\"quantity\": 1.5}]}"})
    void aBodyThatCannotBeReadIsRefusedWithoutInternals(String body) throws Exception {
        api.perform(postJson("/v1/invoices", body))
                .andExpect(status().isBadRequest())
                .andExpect(jsonPath("$.type").value("urn:problem:invalid-request"))
                .andExpect(content().string(not(containsString("com.example"))))
                .andExpect(content().string(not(containsString("jackson"))));
    }

    private static String idOf(ResultActions answer) {
        return answer.andReturn().getResponse().getHeader("x-request-id");
    }
}
