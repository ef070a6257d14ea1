package com.example.billing.controller;

import com.example.billing.model.Invoice;
import com.example.billing.model.InvoiceStatus;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** An invoice as callers see it. */
record InvoiceView(
        UUID id,
        String customerReference,
        String currency,
        InvoiceStatus status,
        List<Line> lines,
        long totalCents,
        Instant createdAt,
        Instant issuedAt) {

    record Line(String description, int quantity, long unitPriceCents) {}

    static InvoiceView of(Invoice invoice) {
        return new InvoiceView(
                invoice.id(),
                invoice.customerReference(),
                invoice.currency(),
                invoice.status(),
                invoice.lines().stream()
                        .map(line -> new Line(line.description(), line.quantity(), line.unitPriceCents()))
                        .toList(),
                invoice.totalCents(),
                invoice.createdAt(),
                invoice.issuedAt());
    }
}
