package com.example.billing.repository;

import com.example.billing.model.Invoice;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;
import org.springframework.stereotype.Repository;

/** Keeps invoices in memory, in the order of the list. */
@Repository
public class InMemoryInvoiceRepository implements InvoiceRepository {

    private final ConcurrentNavigableMap<Place, Invoice> invoices = new ConcurrentSkipListMap<>(Place.NEWEST_FIRST);
    private final ConcurrentMap<UUID, Place> places = new ConcurrentHashMap<>();

    @Override
    public void add(Invoice invoice) {
        Place place = Place.of(invoice);
        invoices.put(place, invoice);
        places.put(invoice.id(), place);
    }

    @Override
    public Optional<Invoice> find(UUID id) {
        return Optional.ofNullable(places.get(id)).map(invoices::get);
    }

    @Override
    public List<Invoice> list(String customerReference, Invoice after, int limit) {
        var rest = after == null ? invoices : invoices.tailMap(Place.of(after), false);
        return rest.values().stream()
                .filter(invoice -> customerReference == null || invoice.customerReference().equals(customerReference))
                .limit(limit)
                .toList();
    }

    @Override
    public Optional<Invoice> update(UUID id, UnaryOperator<Invoice> change) {
        return Optional.ofNullable(places.get(id))
                .map(place -> invoices.computeIfPresent(place, (key, invoice) -> change.apply(invoice)));
    }

    @Override
    public boolean remove(Invoice invoice) {
        boolean removed = invoices.remove(Place.of(invoice), invoice);
        if (removed) {
            places.remove(invoice.id());
        }
        return removed;
    }

    private record Place(Instant createdAt, UUID id) {

        static final Comparator<Place> NEWEST_FIRST =
                Comparator.comparing(Place::createdAt).thenComparing(Place::id).reversed();

        static Place of(Invoice invoice) {
            return new Place(invoice.createdAt(), invoice.id());
        }
    }
}
