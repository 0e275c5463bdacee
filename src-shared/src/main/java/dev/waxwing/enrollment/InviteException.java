package dev.waxwing.enrollment;

/** A text that is no invite. The message is meant for the person who pasted it. */
public final class InviteException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Fault fault;

    InviteException(Fault fault) {
        super(fault.message);
        this.fault = fault;
    }

    /** What is wrong. */
    public Fault fault() {
        return fault;
    }

    /** Why a text is no invite (docs/protocol.md, "Invite"). */
    public enum Fault {
        PREFIX("This is not an invite: an invite starts with \"wxi1.\"."),
        TOO_LONG("This is not an invite: it is too long."),
        ENCODING("The invite holds a character, or an ending, that no invite has. Copy it again, whole."),
        CHECKSUM("The invite is damaged or cut off. Copy it again, whole."),
        VERSION("The invite was made by a newer server. Update this program."),
        STRUCTURE("The invite's content is not well formed. Ask for a new one."),
        NAME("The invite names the device in a way no server allows. Ask for a new one."),
        ADDRESS("The invite names no usable server address. Ask for a new one.");

        private final String message;

        Fault(String message) {
            this.message = message;
        }
    }
}
