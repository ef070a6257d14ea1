package com.example.billing.performance;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.billing.http.ProblemException;
import com.example.billing.model.CreditNote;
import com.example.billing.model.InvoiceLine;
import com.example.billing.repository.CreditNoteRepository;
import com.example.billing.repository.InMemoryCreditNoteRepository;
import com.example.billing.repository.InMemoryInvoiceRepository;
import com.example.billing.service.CreditNoteService;
import com.example.billing.service.InvoiceService;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Counts what a request asks of the repository, which is what a database would be asked. Nothing is timed. */
class CreditNotesWorkTest {

    private final CountingRepository notes = new CountingRepository();
    private final InvoiceService invoices = new InvoiceService(new InMemoryInvoiceRepository(), Clock.systemUTC());
    private final CreditNoteService service = new CreditNoteService(invoices, notes, Clock.systemUTC());
    private final UUID invoice = invoices.issue(
                    invoices.create("acme", "EUR", List.of(new InvoiceLine("Work", 1, 10_000))).id())
            .id();

    @Test
    void theWorkOfARequestDoesNotGrowWithTheNotesThereAre() {
        CreditNote first = service.create(invoice, 1, "a");
        long creating = callsOf(() -> service.create(invoice, 1, "a"));
        long listing = callsOf(() -> service.list(invoice, first.id(), 20));
        for (int count = 0; count < 2000; count++) {
            service.create(invoice, 1, "a");
        }
        assertThat(callsOf(() -> service.create(invoice, 1, "a"))).isEqualTo(creating).isEqualTo(1);
        assertThat(callsOf(() -> service.list(invoice, first.id(), 20))).isEqualTo(listing).isEqualTo(2);
        assertThat(callsOf(() -> service.credit(invoice))).isEqualTo(1);
    }

    @Test
    void aPageIsNeverLargerThanItsLimit() {
        for (int count = 0; count < 200; count++) {
            service.create(invoice, 1, "a");
        }
        assertThat(service.list(invoice, null, 101)).hasSize(101);
    }

    @Test
    void aRefusedNoteIsNotKept() {
        for (int count = 0; count < 100; count++) {
            assertThat(callsOf(() -> refuse(20_000))).isEqualTo(1);
        }
        assertThat(service.list(invoice, null, 100)).isEmpty();
    }

    private void refuse(long amountCents) {
        try {
            service.create(invoice, amountCents, "Too much");
            throw new AssertionError("it was taken");
        } catch (ProblemException expected) {
            assertThat(expected.slug()).isEqualTo("credit-exceeds-invoice");
        }
    }

    private long callsOf(Runnable act) {
        long before = notes.calls;
        act.run();
        return notes.calls - before;
    }

    private static final class CountingRepository implements CreditNoteRepository {

        private final CreditNoteRepository inner = new InMemoryCreditNoteRepository();
        private long calls;

        @Override
        public boolean add(CreditNote note, long mostCents) {
            calls++;
            return inner.add(note, mostCents);
        }

        @Override
        public Optional<CreditNote> find(UUID id) {
            calls++;
            return inner.find(id);
        }

        @Override
        public List<CreditNote> list(UUID invoiceId, CreditNote after, int limit) {
            calls++;
            return inner.list(invoiceId, after, limit);
        }

        @Override
        public long totalCents(UUID invoiceId) {
            calls++;
            return inner.totalCents(invoiceId);
        }
    }
}
