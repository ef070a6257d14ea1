package com.example.billing.http;

import org.springframework.http.HttpStatus;

/** A refusal meant for the caller; becomes {@code application/problem+json} (RFC 9457). */
public class ProblemException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final HttpStatus status;
    private final String slug;

    /**
     * @param slug stable name of the kind of problem, the last part of its {@code type}
     * @param detail one sentence that is safe to show to the caller
     */
    public ProblemException(HttpStatus status, String slug, String detail) {
        super(detail);
        this.status = status;
        this.slug = slug;
    }

    /** The request is well formed, but a part of it makes no sense. */
    public static ProblemException invalid(String detail) {
        return new ProblemException(HttpStatus.BAD_REQUEST, Problems.INVALID_REQUEST, detail);
    }

    public static ProblemException notFound(String detail) {
        return new ProblemException(HttpStatus.NOT_FOUND, Problems.NOT_FOUND, detail);
    }

    /** The state of the thing does not allow what was asked. */
    public static ProblemException conflict(String slug, String detail) {
        return new ProblemException(HttpStatus.CONFLICT, slug, detail);
    }

    public HttpStatus status() {
        return status;
    }

    public String slug() {
        return slug;
    }
}
