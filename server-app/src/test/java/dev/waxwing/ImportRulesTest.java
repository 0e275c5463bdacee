package dev.waxwing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Which package may use which; docs/development.md has the same table in words. */
class ImportRulesTest {
    private static final String[] PROTOCOL_LIBRARY = {
        "dev.waxwing.wire..",
        "dev.waxwing.crypto..",
        "dev.waxwing.recordlayer..",
        "dev.waxwing.trust..",
        "dev.waxwing.handshake..",
        "dev.waxwing.channel..",
        "dev.waxwing.media..",
        "dev.waxwing.enrollment..",
        "dev.waxwing.classic..",
        "dev.waxwing.evidence.."
    };
    private static final String[] CHANNEL =
            List.of(PROTOCOL_LIBRARY).subList(0, 9).toArray(String[]::new);

    private static JavaClasses waxwing;

    @BeforeAll
    static void reads_every_module() {
        waxwing = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.waxwing");
        assertThat(List.of("dev.waxwing.wire", "dev.waxwing.ca.authority", "dev.waxwing.server", "dev.waxwing.agent"))
                .allMatch(waxwing::containPackage);
    }

    @Test
    void the_protocol_library_is_layered() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("wire")
                .definedBy("dev.waxwing.wire..")
                .layer("crypto")
                .definedBy("dev.waxwing.crypto..")
                .layer("recordlayer")
                .definedBy("dev.waxwing.recordlayer..")
                .layer("trust")
                .definedBy("dev.waxwing.trust..")
                .layer("handshake")
                .definedBy("dev.waxwing.handshake..")
                .layer("channel")
                .definedBy("dev.waxwing.channel..")
                .layer("media")
                .definedBy("dev.waxwing.media..")
                .optionalLayer("enrollment")
                .definedBy("dev.waxwing.enrollment..")
                .layer("classic")
                .definedBy("dev.waxwing.classic..")
                .layer("evidence")
                .definedBy("dev.waxwing.evidence..")
                .whereLayer("wire")
                .mayNotAccessAnyLayer()
                .whereLayer("crypto")
                .mayOnlyAccessLayers("wire")
                .whereLayer("recordlayer")
                .mayOnlyAccessLayers("wire", "crypto")
                .whereLayer("trust")
                .mayOnlyAccessLayers("wire", "crypto")
                .whereLayer("handshake")
                .mayOnlyAccessLayers("wire", "crypto", "trust")
                .whereLayer("channel")
                .mayOnlyAccessLayers("wire", "crypto", "recordlayer", "trust", "handshake")
                .whereLayer("media")
                .mayOnlyAccessLayers("wire", "trust", "channel")
                .whereLayer("enrollment")
                .mayOnlyAccessLayers("wire", "trust")
                .whereLayer("classic")
                .mayOnlyAccessLayers("wire")
                .whereLayer("evidence")
                .mayOnlyAccessLayers("wire", "crypto", "trust", "channel", "media")
                .check(waxwing);
    }

    @Test
    void the_handshake_does_no_io_and_has_no_thread_or_clock_of_its_own() {
        noClasses()
                .that()
                .resideInAPackage("dev.waxwing.handshake..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net..", "java.nio.channels..", "java.nio.file..", "java.util.concurrent..")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName(Thread.class.getName())
                .orShould()
                .callMethod(Clock.class, "systemUTC")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .check(waxwing);
    }

    @Test
    void the_protocol_library_knows_no_framework_and_no_application() {
        noClasses()
                .that()
                .resideInAnyPackage(PROTOCOL_LIBRARY)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.springframework..",
                        "org.slf4j..",
                        "java.util.logging..",
                        "dev.waxwing.ca..",
                        "dev.waxwing.server..",
                        "dev.waxwing.agent..")
                .check(waxwing);
    }

    @Test
    void bouncy_castle_stays_out_of_the_channel() {
        noClasses()
                .that()
                .resideInAnyPackage(CHANNEL)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bouncycastle..")
                .check(waxwing);
    }

    @Test
    void no_application_uses_another_and_the_authority_uses_none() {
        CompositeArchRule.of(noClasses()
                        .that()
                        .resideInAPackage("dev.waxwing.ca..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage("dev.waxwing.server..", "dev.waxwing.agent.."))
                .and(noClasses()
                        .that()
                        .resideInAPackage("dev.waxwing.server..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("dev.waxwing.agent.."))
                .and(noClasses()
                        .that()
                        .resideInAPackage("dev.waxwing.agent..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage("dev.waxwing.ca..", "dev.waxwing.server.."))
                .check(waxwing);
    }

    @Test
    void dependencies_are_given_to_constructors() {
        noFields()
                .should()
                .beAnnotatedWith(Autowired.class)
                .allowEmptyShould(true)
                .check(waxwing);
    }

    @Test
    void names_say_what_a_class_is() {
        noClasses()
                .should()
                .haveSimpleNameEndingWith("Impl")
                .orShould()
                .haveSimpleNameEndingWith("Helper")
                .orShould()
                .haveSimpleNameEndingWith("Manager")
                .orShould()
                .haveNameMatching(".*(Util|Utils|Dto|DTO)")
                .check(waxwing);
    }

    @Test
    void every_package_is_checked_for_nulls() {
        assertThat(waxwing.getDefaultPackage().getPackage("dev.waxwing").getSubpackagesInTree())
                .filteredOn(javaPackage -> !javaPackage.getClasses().isEmpty())
                .allSatisfy(javaPackage -> assertThat(javaPackage.isAnnotatedWith(NullMarked.class))
                        .as(javaPackage.getName())
                        .isTrue());
    }
}
