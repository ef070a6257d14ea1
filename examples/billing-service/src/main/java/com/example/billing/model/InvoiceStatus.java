package com.example.billing.model;

import com.fasterxml.jackson.annotation.JsonProperty;

public enum InvoiceStatus {
    @JsonProperty("draft")
    DRAFT,
    @JsonProperty("issued")
    ISSUED
}
