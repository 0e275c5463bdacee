/** Owns the device's directory: who may read it, who has it locked, and how its files are replaced. */
@NullMarked
package dev.waxwing.agent.home;

import org.jspecify.annotations.NullMarked;
