/** Keeps one device's key and certificates, encrypted at rest. */
@NullMarked
package dev.waxwing.agent.identity;

import org.jspecify.annotations.NullMarked;
