/** Opens connections to the server, address by address, and says in words why that failed. */
@NullMarked
package dev.waxwing.agent.connection;

import org.jspecify.annotations.NullMarked;
