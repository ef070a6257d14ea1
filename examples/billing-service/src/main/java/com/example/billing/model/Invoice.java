package com.example.billing.model;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * An invoice: a draft, then issued. An issued one never changes.
 *
 * @param issuedAt null exactly while it is a draft
 */
public record Invoice(
        UUID id,
        String customerReference,
        String currency,
        InvoiceStatus status,
        List<InvoiceLine> lines,
        Instant createdAt,
        Instant issuedAt) {

    public Invoice {
        lines = List.copyOf(lines);
    }

    public long totalCents() {
        return lines.stream().mapToLong(InvoiceLine::totalCents).sum();
    }

    /** The invoice as issued at that time; itself when it was issued before. */
    public Invoice issue(Instant at) {
        return status == InvoiceStatus.ISSUED
                ? this
                : new Invoice(id, customerReference, currency, InvoiceStatus.ISSUED, lines, createdAt, at);
    }
}
