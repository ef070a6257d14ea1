package com.example.billing.controller;

import com.example.billing.model.CreditNote;
import java.time.Instant;
import java.util.UUID;

/** A credit note as callers see it. */
record CreditNoteView(
        UUID id, UUID invoiceId, String currency, long amountCents, String reason, Instant createdAt) {

    static CreditNoteView of(CreditNote note) {
        return new CreditNoteView(
                note.id(), note.invoiceId(), note.currency(), note.amountCents(), note.reason(), note.createdAt());
    }
}
