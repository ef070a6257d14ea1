package com.example.billing.model;

import java.time.Instant;
import java.util.UUID;

/** Takes back a part of an issued invoice, or all of it. It never changes. */
public record CreditNote(
        UUID id, UUID invoiceId, String currency, long amountCents, String reason, Instant createdAt) {}
