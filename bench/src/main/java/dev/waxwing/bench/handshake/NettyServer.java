package dev.waxwing.bench.handshake;

import dev.waxwing.bench.netty.BoringSsl;
import dev.waxwing.bench.pki.KeyFile;
import dev.waxwing.bench.pki.Tls;
import dev.waxwing.bench.process.Commands;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;

/** Accepts TLS of Netty with BoringSSL, and tells each accepted client so with one byte. */
final class NettyServer {

    private NettyServer() {}

    /** Directory of the keys. */
    public static void main(String[] arguments) throws Exception {
        SslContext tls = BoringSsl.server(KeyFile.read(Tls.server(Path.of(arguments[0]))));
        Channel server = new ServerBootstrap()
                .group(
                        BoringSsl.threads(1),
                        BoringSsl.threads(Runtime.getRuntime().availableProcessors()))
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, JsseServer.BACKLOG)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(tls.newHandler(channel.alloc()), new Welcome());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        Commands.serve(Map.of("port", ((InetSocketAddress) server.localAddress()).getPort()), Map.of());
    }

    private static final class Welcome extends ChannelInboundHandlerAdapter {

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslHandshakeCompletionEvent completion && completion.isSuccess()) {
                context.writeAndFlush(Unpooled.wrappedBuffer(new byte[1]));
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable closedWithoutCeremony) {
            context.close();
        }
    }
}
