package com.example.billing.repository;

import com.example.billing.model.CreditNote;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Keeps credit notes. Every method is atomic. */
public interface CreditNoteRepository {

    /**
     * Adds a note, unless the notes of its invoice would come to more than {@code mostCents} with it.
     *
     * @return whether it was added
     */
    boolean add(CreditNote note, long mostCents);

    Optional<CreditNote> find(UUID id);

    /**
     * At most {@code limit} notes of an invoice, oldest first.
     *
     * @param after the note of this invoice that the page before ended with; null for the first page
     */
    List<CreditNote> list(UUID invoiceId, CreditNote after, int limit);

    /** What all notes of an invoice come to. */
    long totalCents(UUID invoiceId);
}
