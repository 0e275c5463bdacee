package dev.waxwing.classic;

import dev.waxwing.wire.ProtocolException;

/** Keeps count of the answers to files, of which a server gives one or two for each that it accepts. Owned by one thread. */
final class Answers {

    private enum Habit {
        UNKNOWN,
        ONCE,
        TWICE
    }

    private Habit habit = Habit.UNKNOWN;

    /** What the device was told about its files. */
    private int accepted;

    private int rejected;

    /** {@code IMX_RECEIVED} beyond the first for each file. */
    private int late;

    /** Takes what is to be the first answer to a file. */
    ClassicVerdict first(Acknowledgement answer) throws ProtocolException {
        return switch (answer) {
            case IMX_RECEIVED -> {
                accepted++;
                yield ClassicVerdict.ACCEPTED;
            }
            case IMX_REJECTED -> {
                rejected++;
                yield ClassicVerdict.REJECTED;
            }
            default -> throw unexpected(answer);
        };
    }

    /** Takes an answer that came where none was due: it repeats an earlier one. */
    void late(Acknowledgement answer) throws ProtocolException {
        if (answer != Acknowledgement.IMX_RECEIVED || late == accepted) {
            throw unexpected(answer);
        }
        late++;
        habit = Habit.TWICE;
    }

    /** Whether a second answer may be on its way, and nobody knows. */
    boolean mayComeTwice() {
        return habit == Habit.UNKNOWN && accepted > 0;
    }

    void comeOnce() {
        habit = Habit.ONCE;
    }

    boolean comeTwice() {
        return habit == Habit.TWICE;
    }

    /** Whether an answer could have been taken for that of another file. */
    boolean areAmbiguous() {
        return accepted + rejected > 1;
    }

    /** Every accepted file was answered once, or every one twice. */
    void requireConsistent() throws ProtocolException {
        if (late != 0 && late != accepted) {
            throw ProtocolException.malformed(
                    accepted + " files were accepted, and " + late + " of them confirmed again");
        }
    }

    private static ProtocolException unexpected(Acknowledgement answer) {
        return ProtocolException.malformed(answer + " where it does not belong");
    }
}
