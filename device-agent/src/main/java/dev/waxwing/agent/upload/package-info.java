/** Sends texts and files over the channel, and resumes what a break cut off. */
@NullMarked
package dev.waxwing.agent.upload;

import org.jspecify.annotations.NullMarked;
