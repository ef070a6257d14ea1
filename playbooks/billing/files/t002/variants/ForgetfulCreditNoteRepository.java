package com.example.billing.repository;

import com.example.billing.model.CreditNote;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.springframework.stereotype.Repository;

/** Keeps credit notes in memory; invoices do not wait for each other. */
@Repository
public class InMemoryCreditNoteRepository implements CreditNoteRepository {

    private final ConcurrentMap<UUID, CreditNote> byId = new ConcurrentHashMap<>();
    private final ConcurrentMap<UUID, Account> accounts = new ConcurrentHashMap<>();

    @Override
    public boolean add(CreditNote note, long mostCents) {
        return accounts.computeIfAbsent(note.invoiceId(), id -> new Account()).add(note, mostCents);
    }

    @Override
    public Optional<CreditNote> find(UUID id) {
        return Optional.ofNullable(byId.get(id));
    }

    @Override
    public List<CreditNote> list(UUID invoiceId, CreditNote after, int limit) {
        Account account = accounts.get(invoiceId);
        return account == null ? List.of() : account.list(after, limit);
    }

    @Override
    public long totalCents(UUID invoiceId) {
        Account account = accounts.get(invoiceId);
        return account == null ? 0 : account.totalCents();
    }

    /** The notes of one invoice, in the order they came. */
    private final class Account {

        private final List<CreditNote> notes = new ArrayList<>();
        private final Map<UUID, Integer> places = new HashMap<>();
        private long totalCents;

        synchronized boolean add(CreditNote note, long mostCents) {
            if (note.amountCents() > mostCents) {
                return false;
            }
            byId.put(note.id(), note);
            places.put(note.id(), notes.size());
            notes.add(note);
            totalCents += note.amountCents();
            return true;
        }

        synchronized List<CreditNote> list(CreditNote after, int limit) {
            int from = after == null ? 0 : places.get(after.id()) + 1;
            return List.copyOf(notes.subList(from, Math.min(notes.size(), from + limit)));
        }

        synchronized long totalCents() {
            return totalCents;
        }
    }
}
