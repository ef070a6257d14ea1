package com.example.billing.http;

import java.net.URI;
import java.util.List;
import org.slf4j.MDC;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;

/** Builds problem documents; every error of the API has this shape. */
final class Problems {

    static final String INVALID_REQUEST = "invalid-request";
    static final String NOT_FOUND = "not-found";

    private Problems() {}

    /** A part of the request that is wrong; {@code path} is a JSON pointer or the name of a parameter. */
    record Fault(String path, String message) {}

    static ProblemDetail of(HttpStatusCode status, String slug, String detail, List<Fault> faults) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create("urn:problem:" + slug));
        problem.setProperty("requestId", MDC.get(RequestIdFilter.REQUEST_ID));
        if (!faults.isEmpty()) {
            problem.setProperty("errors", faults);
        }
        return problem;
    }
}
