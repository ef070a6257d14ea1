package com.example.billing.controller;

import com.example.billing.model.Invoice;
import com.example.billing.service.InvoiceService;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/v1/invoices")
class InvoiceController {

    private final InvoiceService invoices;

    InvoiceController(InvoiceService invoices) {
        this.invoices = invoices;
    }

    @PostMapping
    ResponseEntity<InvoiceView> create(@Valid @RequestBody NewInvoice body) {
        Invoice invoice = invoices.create(
                body.customerReference(),
                body.currency(),
                body.lines().stream().map(NewInvoice.Line::toModel).toList());
        return ResponseEntity.created(URI.create("/v1/invoices/" + invoice.id())).body(InvoiceView.of(invoice));
    }

    @GetMapping
    Page<InvoiceView> list(
            @RequestParam(required = false) @Pattern(regexp = NewInvoice.CUSTOMER_REFERENCE) String customerReference,
            @RequestParam(required = false) UUID cursor,
            @RequestParam(defaultValue = "20") @Min(1) @Max(100) int limit) {
        List<InvoiceView> found = invoices.list(customerReference, cursor, limit + 1).stream()
                .map(InvoiceView::of)
                .toList();
        return Page.of(found, limit, InvoiceView::id);
    }

    @GetMapping("/{invoiceId}")
    InvoiceView get(@PathVariable UUID invoiceId) {
        return InvoiceView.of(invoices.get(invoiceId));
    }

    @PostMapping("/{invoiceId}/issue")
    InvoiceView issue(@PathVariable UUID invoiceId) {
        return InvoiceView.of(invoices.issue(invoiceId));
    }

    @DeleteMapping("/{invoiceId}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void discard(@PathVariable UUID invoiceId) {
        invoices.discard(invoiceId);
    }
}
