package com.example.billing.model;

/** What is charged for; money is whole hundredths of the invoice's currency. */
public record InvoiceLine(String description, int quantity, long unitPriceCents) {

    public long totalCents() {
        return quantity * unitPriceCents;
    }
}
