package com.example.billing.controller;

import com.example.billing.service.CreditNoteService.Credit;
import java.util.List;
import java.util.UUID;

/**
 * One page of an invoice's credit notes.
 *
 * @param creditedCents what all of its notes come to, also those on other pages
 * @param creditableCents what is left of the invoice
 */
record CreditNotePage(List<CreditNoteView> data, UUID nextCursor, long creditedCents, long creditableCents) {

    static CreditNotePage of(Page<CreditNoteView> page, Credit credit) {
        return new CreditNotePage(
                page.data(), page.nextCursor(), credit.creditedCents(), credit.creditableCents());
    }
}
