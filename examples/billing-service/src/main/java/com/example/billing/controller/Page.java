package com.example.billing.controller;

import java.util.List;
import java.util.UUID;
import java.util.function.Function;

/**
 * One page of a list.
 *
 * @param nextCursor the {@code cursor} of the next page; null on the last one
 */
record Page<T>(List<T> data, UUID nextCursor) {

    /** Cuts a page of {@code limit} out of {@code found}, which has one more where there is a next page. */
    static <T> Page<T> of(List<T> found, int limit, Function<T, UUID> idOf) {
        if (found.size() <= limit) {
            return new Page<>(found, null);
        }
        List<T> data = found.subList(0, limit);
        return new Page<>(data, idOf.apply(data.get(limit - 1)));
    }
}
