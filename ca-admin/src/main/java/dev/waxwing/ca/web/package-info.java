/** Serves certificates, invites and revocation status over HTTP. */
@NullMarked
package dev.waxwing.ca.web;

import org.jspecify.annotations.NullMarked;
