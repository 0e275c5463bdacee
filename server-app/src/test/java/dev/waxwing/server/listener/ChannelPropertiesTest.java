package dev.waxwing.server.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.crypto.CryptoProvider;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class ChannelPropertiesTest {

    @Test
    void uses_the_best_cryptography_unless_the_operator_names_the_java_runtime() {
        assertThat(channel("waxwing.channel.idle-timeout", "60s").provider()).isSameAs(CryptoProvider.best());
        assertThat(channel("waxwing.channel.crypto", "jdk").provider()).isSameAs(CryptoProvider.jdk());
    }

    @Test
    void refuses_cryptography_that_there_is_not() {
        assertThatThrownBy(() -> channel("waxwing.channel.crypto", "fast"))
                .hasRootCauseMessage("waxwing.channel.crypto is best or jdk, not fast");
    }

    private static ChannelProperties channel(String key, String value) {
        return new Binder(new MapConfigurationPropertySource(Map.of(key, value)))
                .bind("waxwing.channel", ChannelProperties.class)
                .get();
    }
}
