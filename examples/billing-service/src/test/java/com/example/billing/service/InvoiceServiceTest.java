package com.example.billing.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.example.billing.http.ProblemException;
import com.example.billing.model.Invoice;
import com.example.billing.model.InvoiceLine;
import com.example.billing.model.InvoiceStatus;
import com.example.billing.repository.InMemoryInvoiceRepository;
import com.example.billing.repository.InvoiceRepository;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class InvoiceServiceTest {

    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07.008Z");

    private final InvoiceRepository repository = new InMemoryInvoiceRepository();
    private final InvoiceService service = at(NOW);

    private Invoice draft() {
        return service.create("acme", "EUR", List.of(new InvoiceLine("Work", 1, 100)));
    }

    private InvoiceService at(Instant now) {
        return new InvoiceService(repository, Clock.fixed(now, ZoneOffset.UTC));
    }

    @Test
    void theTotalOfTheLargestInvoiceIsExact() {
        List<InvoiceLine> lines = Collections.nCopies(100, new InvoiceLine("Work", 1000, 10_000_000));
        assertThat(service.create("acme", "EUR", lines).totalCents()).isEqualTo(1_000_000_000_000L);
    }

    @Test
    void anInvoiceKeepsTheTimeItWasFirstIssued() {
        Invoice issued = service.issue(draft().id());
        assertThat(issued.issuedAt()).isEqualTo(NOW);
        assertThat(at(NOW.plusSeconds(60)).issue(issued.id())).isEqualTo(issued);
    }

    @Test
    void aDraftThatIsIssuedMeanwhileIsNotDiscarded() {
        Invoice draft = draft();
        service.issue(draft.id());
        assertThat(repository.remove(draft)).isFalse();
        assertThat(service.get(draft.id()).status()).isEqualTo(InvoiceStatus.ISSUED);
    }

    @Test
    void whatIsDiscardedIsGone() {
        Invoice draft = draft();
        service.discard(draft.id());
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> service.issue(draft.id()))
                .withMessage("There is no such invoice.");
    }

    @Test
    void invoicesAreListedNewestFirstAlsoPageByPage() {
        List<Invoice> made = new ArrayList<>();
        for (int second = 0; second < 3; second++) {
            made.add(0, at(NOW.plusSeconds(second)).create("acme", "EUR", List.of()));
        }
        assertThat(service.list(null, null, 10)).isEqualTo(made);
        assertThat(service.list("acme", made.get(0).id(), 1)).containsExactly(made.get(1));
        assertThat(service.list("other", null, 10)).isEmpty();
    }
}
