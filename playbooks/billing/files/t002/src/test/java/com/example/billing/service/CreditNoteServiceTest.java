package com.example.billing.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.example.billing.http.ProblemException;
import com.example.billing.model.CreditNote;
import com.example.billing.model.Invoice;
import com.example.billing.model.InvoiceLine;
import com.example.billing.repository.InMemoryCreditNoteRepository;
import com.example.billing.repository.InMemoryInvoiceRepository;
import com.example.billing.service.CreditNoteService.Credit;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpStatus;

class CreditNoteServiceTest {

    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07.008Z");

    private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    private final InvoiceService invoices = new InvoiceService(new InMemoryInvoiceRepository(), clock);
    private final CreditNoteService service =
            new CreditNoteService(invoices, new InMemoryCreditNoteRepository(), clock);

    private UUID draft(long totalCents) {
        List<InvoiceLine> lines = List.of(new InvoiceLine("Work", 1, totalCents));
        return invoices.create("acme", "EUR", lines).id();
    }

    private UUID issued(long totalCents) {
        return invoices.issue(draft(totalCents)).id();
    }

    private void assertRefused(HttpStatus status, String slug, Runnable act) {
        assertThatThrownBy(act::run).isInstanceOfSatisfying(ProblemException.class, problem -> {
            assertThat(problem.status()).isEqualTo(status);
            assertThat(problem.slug()).isEqualTo(slug);
        });
    }

    @Test
    void aNoteTakesItsCurrencyFromTheInvoice() {
        UUID invoice = issued(1000);
        CreditNote note = service.create(invoice, 400, "Too many hours");
        assertThat(note).isEqualTo(new CreditNote(note.id(), invoice, "EUR", 400, "Too many hours", NOW));
        assertThat(service.get(note.id())).isEqualTo(note);
    }

    @Test
    void anInvoiceCanBeCreditedAsAWholeOrInParts() {
        UUID whole = issued(1000);
        service.create(whole, 1000, "Cancelled");
        assertThat(service.credit(whole)).isEqualTo(new Credit(1000, 0));

        UUID parts = issued(1000);
        service.create(parts, 400, "One part");
        service.create(parts, 600, "The rest");
        assertThat(service.credit(parts)).isEqualTo(new Credit(1000, 0));
    }

    @Test
    void oneNoteNeverExceedsTheInvoice() {
        UUID invoice = issued(1000);
        assertRefused(HttpStatus.CONFLICT, "credit-exceeds-invoice", () -> service.create(invoice, 1001, "Too much"));
        assertThat(service.credit(invoice)).isEqualTo(new Credit(0, 1000));
    }

    @Test
    void theNotesOfAnInvoiceTogetherNeverExceedIt() {
        UUID invoice = issued(1000);
        service.create(invoice, 700, "One part");
        assertRefused(HttpStatus.CONFLICT, "credit-exceeds-invoice", () -> service.create(invoice, 301, "Too much"));
        assertThat(service.credit(invoice)).isEqualTo(new Credit(700, 300));
    }

    @Test
    void ofManyNotesAtOnceOnlyThoseThatFitAreTaken() throws Exception {
        UUID invoice = issued(1000);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            Callable<Boolean> credit = () -> {
                try {
                    service.create(invoice, 100, "One tenth");
                    return true;
                } catch (ProblemException refused) {
                    return false;
                }
            };
            long taken = 0;
            for (Future<Boolean> answer : threads.invokeAll(Stream.generate(() -> credit).limit(40).toList())) {
                taken += answer.get() ? 1 : 0;
            }
            assertThat(taken).isEqualTo(10);
        } finally {
            threads.shutdownNow();
        }
        assertThat(service.list(invoice, null, 100)).hasSize(10);
    }

    @Test
    void aDraftIsNotCredited() {
        UUID invoice = draft(1000);
        assertRefused(HttpStatus.CONFLICT, "invoice-not-issued", () -> service.create(invoice, 1, "Too early"));
    }

    @Test
    void notesAreListedOldestFirstAlsoPageByPageAndOfOneInvoiceOnly() {
        UUID invoice = issued(1000);
        CreditNote first = service.create(invoice, 1, "a");
        CreditNote second = service.create(invoice, 2, "b");
        CreditNote third = service.create(invoice, 3, "c");
        CreditNote other = service.create(issued(1000), 4, "d");
        assertThat(service.list(invoice, null, 100)).containsExactly(first, second, third);
        assertThat(service.list(invoice, first.id(), 1)).containsExactly(second);
        assertThat(service.list(invoice, third.id(), 1)).isEmpty();
        assertRefused(HttpStatus.BAD_REQUEST, "invalid-request", () -> service.list(invoice, other.id(), 1));
    }

    @Test
    void whatDoesNotExistIsNotFound() {
        UUID nothing = UUID.randomUUID();
        assertRefused(HttpStatus.NOT_FOUND, "not-found", () -> service.create(nothing, 1, "x"));
        assertRefused(HttpStatus.NOT_FOUND, "not-found", () -> service.list(nothing, null, 1));
        assertRefused(HttpStatus.NOT_FOUND, "not-found", () -> service.credit(nothing));
        assertRefused(HttpStatus.NOT_FOUND, "not-found", () -> service.get(nothing));
    }

    @Test
    void theInvoiceItselfStaysAsItIs() {
        UUID id = issued(1000);
        Invoice before = invoices.get(id);
        service.create(id, 400, "One part");
        assertThat(invoices.get(id)).isEqualTo(before);
    }
}
