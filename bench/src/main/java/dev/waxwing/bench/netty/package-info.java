/** Netty with BoringSSL, as several subjects use it. */
@NullMarked
package dev.waxwing.bench.netty;

import org.jspecify.annotations.NullMarked;
