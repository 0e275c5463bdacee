/** Keeps console users, their one-use set-up links and API tokens. */
@NullMarked
package dev.waxwing.server.account;

import org.jspecify.annotations.NullMarked;
