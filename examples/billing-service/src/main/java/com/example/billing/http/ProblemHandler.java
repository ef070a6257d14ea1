package com.example.billing.http;

import com.example.billing.http.Problems.Fault;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonMappingException.Reference;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Turns everything thrown while a request was handled into a problem document. */
@RestControllerAdvice
class ProblemHandler extends ResponseEntityExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(ProblemHandler.class);

    @ExceptionHandler
    ResponseEntity<Object> handleProblem(ProblemException exception, WebRequest request) {
        ProblemDetail body = Problems.of(exception.status(), exception.slug(), exception.getMessage(), List.of());
        return handleExceptionInternal(exception, body, new HttpHeaders(), exception.status(), request);
    }

    /** The cause goes to the log only; callers learn nothing about the inside. */
    @ExceptionHandler
    ResponseEntity<Object> handleUnknown(Exception exception, WebRequest request) {
        log.error("request failed", exception);
        HttpStatus status = HttpStatus.INTERNAL_SERVER_ERROR;
        ProblemDetail body =
                Problems.of(status, "internal-error", "The request could not be completed.", List.of());
        return handleExceptionInternal(exception, body, new HttpHeaders(), status, request);
    }

    @Override
    protected ResponseEntity<Object> handleMethodArgumentNotValid(
            MethodArgumentNotValidException exception, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        List<Fault> faults = exception.getFieldErrors().stream()
                .map(error -> new Fault(pointerOf(error.getField()), error.getDefaultMessage()))
                .toList();
        return invalid(exception, "The request body is not valid.", faults, headers, request);
    }

    @Override
    protected ResponseEntity<Object> handleHandlerMethodValidationException(
            HandlerMethodValidationException exception, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        List<Fault> faults = exception.getParameterValidationResults().stream()
                .flatMap(result -> result.getResolvableErrors().stream()
                        .map(error -> new Fault(
                                result.getMethodParameter().getParameterName(), error.getDefaultMessage())))
                .toList();
        return invalid(exception, "The request is not valid.", faults, headers, request);
    }

    @Override
    protected ResponseEntity<Object> handleTypeMismatch(
            TypeMismatchException exception, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String name = exception instanceof MethodArgumentTypeMismatchException mismatch
                ? mismatch.getName()
                : exception.getPropertyName();
        List<Fault> faults = List.of(new Fault(name, "is not of the right type"));
        return invalid(exception, "The request is not valid.", faults, headers, request);
    }

    @Override
    protected ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException exception, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        List<Fault> faults = exception.getCause() instanceof JsonMappingException cause
                ? List.of(new Fault(pointerOf(cause.getPath()), describe(cause)))
                : List.of();
        return invalid(exception, "The request body is not valid.", faults, headers, request);
    }

    /** Everything Spring itself refuses ends here as well: its status stays, its wording does not. */
    @Override
    protected ResponseEntity<Object> handleExceptionInternal(
            Exception exception, Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        Object problem = body instanceof ProblemDetail detail && isOurs(detail) ? detail : refusal(status);
        return super.handleExceptionInternal(exception, problem, headers, status, request);
    }

    private ResponseEntity<Object> invalid(
            Exception exception, String detail, List<Fault> faults, HttpHeaders headers, WebRequest request) {
        HttpStatus status = HttpStatus.BAD_REQUEST;
        ProblemDetail body = Problems.of(status, Problems.INVALID_REQUEST, detail, faults);
        return handleExceptionInternal(exception, body, headers, status, request);
    }

    private static boolean isOurs(ProblemDetail detail) {
        return detail.getType().getScheme() != null && detail.getType().getScheme().equals("urn");
    }

    private static ProblemDetail refusal(HttpStatusCode status) {
        return status.value() == HttpStatus.NOT_FOUND.value()
                ? Problems.of(status, Problems.NOT_FOUND, "There is no such path.", List.of())
                : Problems.of(status, "refused-request", "The request cannot be served.", List.of());
    }

    private static String describe(JsonMappingException cause) {
        return cause instanceof UnrecognizedPropertyException ? "is not known" : "cannot be read";
    }

    private static String pointerOf(String field) {
        return "/" + field.replace("[", "/").replace("]", "").replace('.', '/');
    }

    private static String pointerOf(List<Reference> path) {
        return path.stream()
                .map(part -> part.getFieldName() == null ? String.valueOf(part.getIndex()) : part.getFieldName())
                .collect(Collectors.joining("/", "/", ""));
    }
}
