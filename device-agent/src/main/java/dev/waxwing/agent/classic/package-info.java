/** Sends texts and files to a server that only speaks the classic protocol, and keeps nothing. */
@NullMarked
package dev.waxwing.agent.classic;

import org.jspecify.annotations.NullMarked;
