/** The invite string that brings a device to its server: what both ends must read alike. */
@NullMarked
package dev.waxwing.enrollment;

import org.jspecify.annotations.NullMarked;
