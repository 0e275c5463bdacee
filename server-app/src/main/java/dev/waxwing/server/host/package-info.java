/** Owns the data directory: its lock, its administration socket and the host's subcommands. */
@NullMarked
package dev.waxwing.server.host;

import org.jspecify.annotations.NullMarked;
