package dev.waxwing.handshake;

import java.util.Optional;

/** What the session is for (protocol section 5.1). */
enum Mode {
    NORMAL(0x00),
    ENROLMENT(0x01);

    private final int code;

    Mode(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static Optional<Mode> of(int code) {
        return switch (code) {
            case 0x00 -> Optional.of(NORMAL);
            case 0x01 -> Optional.of(ENROLMENT);
            default -> Optional.empty();
        };
    }
}
