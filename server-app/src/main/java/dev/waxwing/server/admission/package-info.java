/** Decides which connections are heard at all, by where they come from and how their like behaved before. */
@NullMarked
package dev.waxwing.server.admission;

import org.jspecify.annotations.NullMarked;
