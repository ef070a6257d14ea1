package com.example.billing.repository;

import com.example.billing.model.Invoice;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** Keeps invoices. Every method is atomic. */
public interface InvoiceRepository {

    void add(Invoice invoice);

    Optional<Invoice> find(UUID id);

    /**
     * At most {@code limit} invoices, newest first.
     *
     * @param customerReference only this customer's; null for all
     * @param after the invoice that the page before ended with; null for the first page
     */
    List<Invoice> list(String customerReference, Invoice after, int limit);

    /** Puts a changed invoice in its place; {@code change} may be called more than once. Empty: there is no such invoice. */
    Optional<Invoice> update(UUID id, UnaryOperator<Invoice> change);

    /** Removes an invoice, unless it was changed or removed meanwhile; false then. */
    boolean remove(Invoice invoice);
}
