package dev.waxwing.ca.inventory;

import org.jspecify.annotations.Nullable;

/**
 * What to list of the inventory, newest first.
 *
 * @param query part of a name or of a serial number; blank or null finds all
 * @param status only certificates that stand so; null finds all
 * @param page from 0
 * @param size entries per page, at least 1
 */
public record CertificateSearch(
        @Nullable String query, @Nullable CertificateStatus status, int page, int size) {}
