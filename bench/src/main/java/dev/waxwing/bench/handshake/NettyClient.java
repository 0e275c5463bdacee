package dev.waxwing.bench.handshake;

import dev.waxwing.bench.netty.BoringSsl;
import dev.waxwing.bench.pki.KeyFile;
import dev.waxwing.bench.pki.Tls;
import dev.waxwing.bench.process.Commands;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.io.EOFException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Makes connections by TLS of Netty with BoringSSL. As many are in the making at once as in {@link Dialing}, but no thread
 * waits for one: that is not how Netty is used.
 */
final class NettyClient {

    private final SslContext tls;
    private final int port;
    private final Bootstrap bootstrap;

    private NettyClient(SslContext tls, int port) {
        this.tls = tls;
        this.port = port;
        this.bootstrap = new Bootstrap()
                .group(BoringSsl.threads(Runtime.getRuntime().availableProcessors()))
                .channel(NioSocketChannel.class)
                .remoteAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** Directory of the keys; port. */
    public static void main(String[] arguments) throws Exception {
        SslContext tls = BoringSsl.client(KeyFile.read(Tls.client(Path.of(arguments[0]))));
        NettyClient client = new NettyClient(tls, Integer.parseInt(arguments[1]));
        Commands.serve(
                Map.of(),
                Map.of(
                        "warm", count -> client.warm(Long.parseLong(count)),
                        "sample", millis -> client.sample(Long.parseLong(millis))));
    }

    private Map<String, ?> warm(long count) {
        AtomicLong left = new AtomicLong(count);
        return run(() -> left.getAndDecrement() > 0);
    }

    private Map<String, ?> sample(long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        return run(() -> System.nanoTime() - end < 0);
    }

    private Map<String, ?> run(BooleanSupplier goOn) {
        long begin = System.nanoTime();
        AtomicLong made = new AtomicLong();
        List<CompletableFuture<Void>> ends = new ArrayList<>();
        for (int i = 0; i < Dialing.AT_ONCE; i++) {
            CompletableFuture<Void> end = new CompletableFuture<>();
            ends.add(end);
            next(goOn, made, end);
        }
        ends.forEach(CompletableFuture::join);
        return Commands.done(made.get(), System.nanoTime() - begin);
    }

    private void next(BooleanSupplier goOn, AtomicLong made, CompletableFuture<Void> end) {
        if (!goOn.getAsBoolean()) {
            end.complete(null);
            return;
        }
        Welcomed welcomed = new Welcomed();
        welcomed.result.whenComplete((_, failure) -> {
            if (failure == null) {
                made.incrementAndGet();
                next(goOn, made, end);
            } else {
                end.completeExceptionally(failure);
            }
        });
        bootstrap.clone().handler(with(welcomed)).connect().addListener(connected -> {
            if (!connected.isSuccess()) {
                end.completeExceptionally(connected.cause());
            }
        });
    }

    /** All handlers are there before the connection is: another thread may run the whole handshake before this one goes on. */
    private ChannelInitializer<SocketChannel> with(Welcomed welcomed) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(SocketChannel channel) {
                channel.pipeline().addLast(tls.newHandler(channel.alloc(), "localhost", port), welcomed);
            }
        };
    }

    /** Waits for the server's byte on one connection. */
    private static final class Welcomed extends SimpleChannelInboundHandler<ByteBuf> {

        private final CompletableFuture<Void> result = new CompletableFuture<>();

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf content) {
            // From the first handler on, past TLS: a close is no part of a handshake.
            context.pipeline().firstContext().close();
            result.complete(null);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            result.completeExceptionally(new EOFException("not accepted"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
            result.completeExceptionally(failure);
            context.close();
        }
    }
}
