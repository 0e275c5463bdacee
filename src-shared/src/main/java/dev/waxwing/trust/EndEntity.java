package dev.waxwing.trust;

import dev.waxwing.trust.UntrustedException.Reason;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** The form of an end-entity certificate (protocol section 7.1). */
public final class EndEntity {

    private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
    private static final int URI = 6;

    private EndEntity() {}

    /**
     * Requires that the certificate is an end-entity certificate of this role, and nothing else. Who signed it is not
     * looked at.
     *
     * @return the name of the certificate's holder
     * @throws UntrustedException {@link Reason#WRONG_ROLE}, {@link Reason#WRONG_NAME}, {@link Reason#WEAK_KEY}, or
     *     {@link Reason#MALFORMED}
     */
    public static PeerName requireRole(X509Certificate certificate, Role role) throws UntrustedException {
        try {
            requireEndEntity(certificate);
            List<String> usages = certificate.getExtendedKeyUsage();
            Set<String> critical = certificate.getCriticalExtensionOIDs();
            if (usages == null || critical == null || !critical.contains(EXTENDED_KEY_USAGE)) {
                throw new UntrustedException(Reason.WRONG_ROLE, "no critical extended key usage");
            }
            if (!usages.equals(List.of(role.oid()))) {
                throw new UntrustedException(Reason.WRONG_ROLE, "extended key usage " + usages + " instead of " + role);
            }
            PeerName name = commonName(certificate);
            requireUri(certificate, role.uri(name));
            KeyKind.of(certificate.getPublicKey());
            return name;
        } catch (CertificateParsingException e) {
            throw new UntrustedException(Reason.MALFORMED, "extensions: " + e.getMessage(), e);
        }
    }

    private static void requireEndEntity(X509Certificate certificate) throws UntrustedException {
        if (certificate.getVersion() != 3 || certificate.getBasicConstraints() >= 0) {
            throw new UntrustedException(Reason.WRONG_ROLE, "not a version 3 end-entity certificate");
        }
        boolean[] usage = certificate.getKeyUsage();
        if (usage == null || !usage[0]) {
            throw new UntrustedException(Reason.WRONG_ROLE, "key usage without digitalSignature");
        }
        for (int i = 1; i < usage.length; i++) {
            if (usage[i]) {
                throw new UntrustedException(Reason.WRONG_ROLE, "key usage bit " + i + " besides digitalSignature");
            }
        }
    }

    private static PeerName commonName(X509Certificate certificate) throws UntrustedException {
        List<Object> names = new ArrayList<>();
        try {
            var subject = new LdapName(certificate.getSubjectX500Principal().getName());
            for (Rdn rdn : subject.getRdns()) {
                Attribute values = rdn.toAttributes().get("CN");
                for (int i = 0; values != null && i < values.size(); i++) {
                    names.add(values.get(i));
                }
            }
        } catch (NamingException e) {
            throw new UntrustedException(Reason.MALFORMED, "subject: " + e.getMessage(), e);
        }
        if (names.size() == 1 && names.getFirst() instanceof String name && PeerName.isValid(name)) {
            return new PeerName(name);
        }
        throw new UntrustedException(Reason.WRONG_NAME, "the subject has not exactly one valid common name");
    }

    private static void requireUri(X509Certificate certificate, String uri)
            throws CertificateParsingException, UntrustedException {
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        if (names == null || names.size() != 1) {
            throw new UntrustedException(Reason.WRONG_NAME, "not exactly one subject alternative name");
        }
        List<?> only = names.iterator().next();
        if (!only.get(0).equals(URI) || !only.get(1).equals(uri)) {
            throw new UntrustedException(Reason.WRONG_NAME, "subject alternative name is not " + uri);
        }
    }
}
