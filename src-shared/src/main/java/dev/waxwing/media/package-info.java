/** Encodes the application messages: text, uploads, acknowledgements and receipts. */
@NullMarked
package dev.waxwing.media;

import org.jspecify.annotations.NullMarked;
