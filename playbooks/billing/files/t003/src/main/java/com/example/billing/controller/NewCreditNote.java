package com.example.billing.controller;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;

/** Body of a request for a new credit note. The most that can be asked for is the total of the largest invoice. */
record NewCreditNote(
        @NotNull @Min(1) @Max(1_000_000_000_000L) Long amountCents, @NotBlank @Size(max = 200) String reason) {}
