package com.example.billing.controller;

import com.example.billing.model.InvoiceLine;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;

/** Body of a request for a new invoice. */
record NewInvoice(
        @NotNull @Pattern(regexp = CUSTOMER_REFERENCE) String customerReference,
        @NotNull @Pattern(regexp = "[A-Z]{3}") String currency,
        @NotNull @Size(min = 1, max = 100) List<@NotNull @Valid Line> lines) {

    static final String CUSTOMER_REFERENCE = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

    record Line(
            @NotBlank @Size(max = 200) String description,
            @NotNull @Min(1) @Max(1000) Integer quantity,
            @NotNull @Min(0) @Max(10_000_000) Long unitPriceCents) {

        InvoiceLine toModel() {
            return new InvoiceLine(description, quantity, unitPriceCents);
        }
    }
}
