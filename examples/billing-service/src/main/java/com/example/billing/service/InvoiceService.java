package com.example.billing.service;

import com.example.billing.model.Invoice;
import com.example.billing.model.InvoiceLine;
import com.example.billing.model.InvoiceStatus;
import com.example.billing.http.ProblemException;
import com.example.billing.repository.InvoiceRepository;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;

/** The rules of invoices. */
@Service
public class InvoiceService {

    private static final Logger log = LoggerFactory.getLogger(InvoiceService.class);

    private final InvoiceRepository invoices;
    private final Clock clock;

    public InvoiceService(InvoiceRepository invoices, Clock clock) {
        this.invoices = invoices;
        this.clock = clock;
    }

    /** Takes down a draft. */
    public Invoice create(String customerReference, String currency, List<InvoiceLine> lines) {
        Invoice invoice = new Invoice(
                UUID.randomUUID(), customerReference, currency, InvoiceStatus.DRAFT, lines, now(), null);
        invoices.add(invoice);
        log.atInfo().addKeyValue("invoiceId", invoice.id()).log("invoice created");
        return invoice;
    }

    /** @throws ProblemException 404 when there is no such invoice */
    public Invoice get(UUID id) {
        return invoices.find(id).orElseThrow(InvoiceService::unknown);
    }

    /**
     * At most {@code limit} invoices, newest first.
     *
     * @param customerReference only this customer's; null for all
     * @param cursor id of the invoice that the page before ended with; null for the first page
     * @throws ProblemException 400 when the cursor is no invoice's id
     */
    public List<Invoice> list(String customerReference, UUID cursor, int limit) {
        Invoice after = cursor == null
                ? null
                : invoices.find(cursor).orElseThrow(() -> ProblemException.invalid("The cursor is not valid."));
        return invoices.list(customerReference, after, limit);
    }

    /**
     * Issues an invoice; repeating it is harmless.
     *
     * @throws ProblemException 404 when there is no such invoice
     */
    public Invoice issue(UUID id) {
        Instant at = now();
        Invoice issued = invoices.update(id, invoice -> invoice.issue(at)).orElseThrow(InvoiceService::unknown);
        log.atInfo().addKeyValue("invoiceId", id).log("invoice issued");
        return issued;
    }

    /**
     * Removes a draft.
     *
     * @throws ProblemException 404 when there is no such invoice, 409 when it was issued
     */
    public void discard(UUID id) {
        Invoice invoice = get(id);
        // An invoice that was issued between the look and the removal stays.
        if (invoice.status() != InvoiceStatus.DRAFT || !invoices.remove(invoice)) {
            throw ProblemException.conflict("invoice-issued", "The invoice was issued and cannot be discarded.");
        }
        log.atInfo().addKeyValue("invoiceId", id).log("invoice discarded");
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static ProblemException unknown() {
        return ProblemException.notFound("There is no such invoice.");
    }
}
