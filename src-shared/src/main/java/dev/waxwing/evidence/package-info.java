/** Makes and checks signed manifests, receipts and evidence bundles. */
@NullMarked
package dev.waxwing.evidence;

import org.jspecify.annotations.NullMarked;
