/** Decides whether a certificate chain, its role and its stapled status may be believed. */
@NullMarked
package dev.waxwing.trust;

import org.jspecify.annotations.NullMarked;
