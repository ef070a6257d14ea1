package com.example.billing.service;

import com.example.billing.http.ProblemException;
import com.example.billing.model.CreditNote;
import com.example.billing.model.Invoice;
import com.example.billing.model.InvoiceStatus;
import com.example.billing.repository.CreditNoteRepository;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;

/** The rules of credit notes. */
@Service
public class CreditNoteService {

    private static final Logger log = LoggerFactory.getLogger(CreditNoteService.class);

    private final InvoiceService invoices;
    private final CreditNoteRepository notes;
    private final Clock clock;

    public CreditNoteService(InvoiceService invoices, CreditNoteRepository notes, Clock clock) {
        this.invoices = invoices;
        this.notes = notes;
        this.clock = clock;
    }

    /**
     * Credits a part of an invoice, or what is left of it.
     *
     * @throws ProblemException 404 when there is no such invoice; 409 when it is a draft, or when its notes would come to
     *     more than its total
     */
    public CreditNote create(UUID invoiceId, long amountCents, String reason) {
        Invoice invoice = invoices.get(invoiceId);
        if (invoice.status() != InvoiceStatus.ISSUED) {
            throw ProblemException.conflict("invoice-not-issued", "A draft is changed or discarded, not credited.");
        }
        CreditNote note = new CreditNote(
                UUID.randomUUID(),
                invoiceId,
                invoice.currency(),
                amountCents,
                reason,
                clock.instant().truncatedTo(ChronoUnit.MILLIS));
        if (!notes.add(note, invoice.totalCents())) {
            throw ProblemException.conflict(
                    "credit-exceeds-invoice", "The credit notes of the invoice would come to more than its total.");
        }
        log.atInfo()
                .addKeyValue("creditNoteId", note.id())
                .addKeyValue("invoiceId", invoiceId)
                .log("credit note created");
        return note;
    }

    /** @throws ProblemException 404 when there is no such credit note */
    public CreditNote get(UUID id) {
        return notes.find(id).orElseThrow(() -> ProblemException.notFound("There is no such credit note."));
    }

    /**
     * At most {@code limit} credit notes of an invoice, oldest first.
     *
     * @param cursor id of the note that the page before ended with; null for the first page
     * @throws ProblemException 404 when there is no such invoice, 400 when the cursor is no note of it
     */
    public List<CreditNote> list(UUID invoiceId, UUID cursor, int limit) {
        invoices.get(invoiceId);
        CreditNote after = cursor == null
                ? null
                : notes.find(cursor)
                        .filter(note -> note.invoiceId().equals(invoiceId))
                        .orElseThrow(() -> ProblemException.invalid("The cursor is not valid."));
        return notes.list(invoiceId, after, limit);
    }

    /**
     * What was credited of an invoice, and what is left.
     *
     * @throws ProblemException 404 when there is no such invoice
     */
    public Credit credit(UUID invoiceId) {
        long total = invoices.get(invoiceId).totalCents();
        long credited = notes.totalCents(invoiceId);
        return new Credit(credited, total - credited);
    }

    /** Both in whole hundredths of the invoice's currency. */
    public record Credit(long creditedCents, long creditableCents) {}
}
