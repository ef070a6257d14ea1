package com.example.billing.controller;

import com.example.billing.model.CreditNote;
import com.example.billing.service.CreditNoteService;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
class CreditNoteController {

    private final CreditNoteService notes;

    CreditNoteController(CreditNoteService notes) {
        this.notes = notes;
    }

    @PostMapping("/v1/invoices/{invoiceId}/credit-notes")
    ResponseEntity<CreditNoteView> create(@PathVariable UUID invoiceId, @Valid @RequestBody NewCreditNote body) {
        CreditNote note = notes.create(invoiceId, body.amountCents(), body.reason());
        return ResponseEntity.created(URI.create("/v1/credit-notes/" + note.id())).body(CreditNoteView.of(note));
    }

    @GetMapping("/v1/invoices/{invoiceId}/credit-notes")
    CreditNotePage list(
            @PathVariable UUID invoiceId,
            @RequestParam(required = false) UUID cursor,
            @RequestParam(defaultValue = "20") @Min(1) @Max(100) int limit) {
        List<CreditNoteView> found = notes.list(invoiceId, cursor, limit + 1).stream()
                .map(CreditNoteView::of)
                .toList();
        return CreditNotePage.of(Page.of(found, limit, CreditNoteView::id), notes.credit(invoiceId));
    }

    @GetMapping("/v1/credit-notes/{creditNoteId}")
    CreditNoteView get(@PathVariable UUID creditNoteId) {
        return CreditNoteView.of(notes.get(creditNoteId));
    }
}
