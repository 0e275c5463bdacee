/** What single steps of the protocol cost, in one thread, measured by JMH. */
@NullMarked
package dev.waxwing.bench.micro;

import org.jspecify.annotations.NullMarked;
