package dev.waxwing.recordlayer;

import dev.waxwing.fuzz.Fuzz;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;

/** Input: eight bytes or fewer or more. A header that is taken has one spelling. */
public final class RecordHeaderFuzz {

    private RecordHeaderFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        Fuzz.once(input, 1 << 20, 16, () -> {
            try {
                RecordHeader header = RecordHeader.decode(ByteBuffer.wrap(input));
                ByteBuffer again = ByteBuffer.allocate(RecordHeader.SIZE);
                header.put(again, 0);
                Fuzz.require(Arrays.equals(again.array(), Arrays.copyOf(input, RecordHeader.SIZE)), "one spelling");
            } catch (ProtocolException e) {
                Fuzz.require(e.code() == AlertCode.PROTOCOL_ERROR, "protocol_error");
            }
        });
    }

    public static Map<String, Bytes> seeds() {
        return Map.of("plain", Bytes.fromHex("d501000000010201"), "protected", Bytes.fromHex("d502fffffe010310"));
    }
}
