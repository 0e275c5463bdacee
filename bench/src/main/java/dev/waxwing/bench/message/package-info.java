/** Acknowledged messages on one connection: Waxwing, where they are durable by then, beside an MQTT broker. */
@NullMarked
package dev.waxwing.bench.message;

import org.jspecify.annotations.NullMarked;
