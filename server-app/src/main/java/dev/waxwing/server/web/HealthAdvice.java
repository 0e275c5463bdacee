package dev.waxwing.server.web;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Status;

/** What people read beside a part of the server that is not well, or could be better: why, and what to do. */
final class HealthAdvice {

    private static final Map<String, String> ENDING = Map.of(
            "rootDaysLeft", "the root’s certificate",
            "issuingDaysLeft", "the issuing authority’s certificate",
            "serverCertificateDaysLeft", "the server’s certificate",
            "receiptCertificateDaysLeft", "the certificate for receipts");

    private HealthAdvice() {}

    /**
     * @param part its name in the health endpoint
     * @param details what the endpoint gives for it
     * @return one sentence or more each; nothing when there is nothing to say
     */
    static List<String> of(String part, Status status, Map<String, Object> details) {
        boolean fit = status.equals(Status.UP);
        List<String> advice = new ArrayList<>();
        switch (part) {
            case "authority" -> authority(fit, details, advice);
            case "revocationList" -> revocationList(fit, details, advice);
            case "mediaStore" -> mediaStore(status, details, advice);
            case "listener" -> {
                if (!fit) {
                    advice.add("Devices cannot connect: the server does not listen for them. Its log says why; start it"
                            + " again once that is mended.");
                }
            }
            case "diskSpace" -> {
                if (!fit) {
                    advice.add("The disk is nearly full: %s left. Make room, or the database cannot write."
                            .formatted(size(details.get("free"))));
                }
            }
            case "restoration" -> {
                if (details.containsKey("toDo")) {
                    advice.add(
                            "A backup was restored, and what was done after it has to be done again. The notice above"
                                    + " says what.");
                }
            }
            default -> {
                if (!fit) {
                    advice.add(said(details).orElse("The server’s log says why."));
                }
            }
        }
        return advice;
    }

    private static void authority(boolean fit, Map<String, Object> details, List<String> advice) {
        if (!fit) {
            String ended = String.join(
                    ", ",
                    ENDING.entrySet().stream()
                            .filter(end -> details.get(end.getKey()) instanceof Long days && days <= 0)
                            .map(Map.Entry::getValue)
                            .sorted()
                            .toList());
            advice.add("It has come to its end: " + ended + ". Rotate the issuing authority; if that is not enough, the"
                    + " server’s log says what failed.");
        }
        if (Boolean.FALSE.equals(details.get("keysEncrypted"))) {
            advice.add("The keys count as unencrypted: their passphrase lies beside them, so whoever copies the data"
                    + " directory can use them. Name a file elsewhere in waxwing.keys.passphrase-file and"
                    + " restart.");
        }
        if (details.containsKey("warning")) {
            advice.add("The issuing authority ends in less than a year. Rotate it on the page of the authority.");
        }
    }

    private static void revocationList(boolean fit, Map<String, Object> details, List<String> advice) {
        if (details.get("failure") instanceof String failure) {
            advice.add("The list could not be made: " + failure + ".");
        }
        if (details.get("tooLarge") instanceof String tooLarge) {
            advice.add(sentence(tooLarge));
        }
        if (details.get("warning") instanceof String warning) {
            advice.add(sentence(warning));
        }
        if (!fit && advice.isEmpty()) {
            advice.add(
                    "A revocation list is about to lapse and was not made anew: verifiers will refuse what they cannot"
                            + " check. The server’s log says why.");
        }
    }

    private static void mediaStore(Status status, Map<String, Object> details, List<String> advice) {
        if (status.equals(Status.OUT_OF_SERVICE)) {
            advice.add(
                    "Uploads are refused: %s left on the disk, and %s are kept free (waxwing.media.reserve). Make room;"
                                    .formatted(size(details.get("usableBytes")), size(details.get("reserveBytes")))
                            + " devices go on by themselves.");
        } else if (!status.equals(Status.UP)) {
            advice.add("Content cannot be stored: " + said(details).orElse("the disk does not take it")
                    + ". Look at the disk and at who may write to the data directory.");
        }
    }

    private static Optional<String> said(Map<String, Object> details) {
        return Optional.ofNullable(details.getOrDefault("error", details.get("reason")))
                .map(Object::toString);
    }

    private static String sentence(String words) {
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1) + ".";
    }

    private static String size(@Nullable Object bytes) {
        return bytes instanceof Long number ? Display.bytes(number) : "nothing";
    }
}
