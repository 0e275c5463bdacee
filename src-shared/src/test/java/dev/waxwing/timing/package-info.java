/** Compares how long classes of input take, to see whether time tells a peer what an answer does not. */
package dev.waxwing.timing;
