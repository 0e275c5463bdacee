/** Knows the devices, their state and their durable message counters. */
@NullMarked
package dev.waxwing.server.device;

import org.jspecify.annotations.NullMarked;
