/** Serves the console and the REST interface. */
@NullMarked
package dev.waxwing.server.web;

import org.jspecify.annotations.NullMarked;
