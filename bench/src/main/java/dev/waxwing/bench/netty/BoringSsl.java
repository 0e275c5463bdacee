package dev.waxwing.bench.netty;

import dev.waxwing.bench.pki.KeyFile;
import dev.waxwing.bench.pki.Tls;
import dev.waxwing.trust.Credential;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** TLS 1.3 of Netty with BoringSSL, both ends authenticated. */
public final class BoringSsl {

    private BoringSsl() {}

    /** What is missing for it on this machine. */
    public static Optional<String> missing() {
        return OpenSsl.isAvailable()
                ? Optional.empty()
                : Optional.of("io.netty:netty-tcnative-boringssl-static has no library that loads here");
    }

    public static SslContext server(KeyFile keys) throws SSLException {
        Credential own = keys.credential();
        return SslContextBuilder.forServer(own.privateKey(), own.chain().toArray(X509Certificate[]::new))
                .sslProvider(SslProvider.OPENSSL)
                .protocols(Tls.VERSION)
                .trustManager(keys.root())
                .clientAuth(ClientAuth.REQUIRE)
                .build();
    }

    public static SslContext client(KeyFile keys) throws SSLException {
        Credential own = keys.credential();
        return SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL)
                .protocols(Tls.VERSION)
                .keyManager(own.privateKey(), own.chain().toArray(X509Certificate[]::new))
                .trustManager(keys.root())
                .build();
    }

    /** Threads for connections; none of them keeps the process alive. */
    public static EventLoopGroup threads(int count) {
        return new MultiThreadIoEventLoopGroup(
                count, new DefaultThreadFactory("bench", true), NioIoHandler.newFactory());
    }
}
