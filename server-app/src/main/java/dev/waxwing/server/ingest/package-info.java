/** Receives texts and uploads durably, and commits each exactly once with a signed receipt. */
@NullMarked
package dev.waxwing.server.ingest;

import org.jspecify.annotations.NullMarked;
