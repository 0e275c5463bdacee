package dev.waxwing.trust;

/** What a certificate entitles its holder to be (protocol section 7.1). A certificate has exactly one role. */
public enum Role {
    DEVICE("1", "urn:waxwing:device:"),
    SERVER("2", "urn:waxwing:server:"),
    RECEIPT("3", "urn:waxwing:receipt:");

    private static final String ARC = "2.25.108256188094313841353406873155001380261.";

    private final String oid;
    private final String uriPrefix;

    Role(String leaf, String uriPrefix) {
        this.oid = ARC + leaf;
        this.uriPrefix = uriPrefix;
    }

    /** The extended key usage, in dotted decimal. */
    public String oid() {
        return oid;
    }

    /** What the subject alternative name starts with; the name follows. */
    public String uriPrefix() {
        return uriPrefix;
    }

    /** The subject alternative name of a holder of this role. */
    public String uri(PeerName name) {
        return uriPrefix + name;
    }
}
