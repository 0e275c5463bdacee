package dev.waxwing.server;

import dev.waxwing.evidence.TextLines;
import dev.waxwing.media.ReceiptMessage;
import dev.waxwing.media.Text;
import dev.waxwing.media.TextAck;
import dev.waxwing.media.TextSeal;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.media.UploadReady;
import dev.waxwing.media.UploadSeal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a device sends in one go: a whole file, or some texts as one sealed group. */
final class Sending {

    private Sending() {}

    /** Sends a file and waits for its receipt. */
    static ReceiptMessage file(TestDevice device, TestSession session, String name, String mediaType, byte[] content)
            throws Exception {
        UploadOpen offer = device.offer(name, mediaType, content);
        session.send(offer);
        long from = session.expectAfterAcks(UploadReady.class).offset();
        int at = (int) from;
        while (at < content.length) {
            int to = Math.min(content.length, at + 128 * 1024);
            session.sendData(offer.id(), content, at, to);
            session.awaitAck(to);
            at = to;
        }
        session.send(device.seal(device.manifest(offer, content)));
        return session.expectAfterAcks(ReceiptMessage.class);
    }

    /** Sends texts, seals them as one group and waits for its receipt. */
    static ReceiptMessage texts(TestDevice device, TestSession session, String... lines) throws Exception {
        List<Text> texts = new ArrayList<>();
        StringBuilder content = new StringBuilder();
        for (String line : lines) {
            Text text = new Text(device.nextCounter(), TestDevice.freshId(), TestDevice.CAPTURED, line);
            texts.add(text);
            content.append(new String(TextLines.line(text).toArray(), StandardCharsets.UTF_8));
            session.send(text);
            session.expectAfterAcks(TextAck.class);
        }
        byte[] bytes = content.toString().getBytes(StandardCharsets.UTF_8);
        UploadOpen group = device.offer(TextLines.NAME, TextLines.MEDIA_TYPE, bytes);
        UploadSeal signed = device.seal(device.manifest(group, bytes));
        session.send(new TextSeal(
                group.id(), texts.stream().map(Text::counter).toList(), signed.manifest(), signed.signature()));
        return session.expectAfterAcks(ReceiptMessage.class);
    }
}
