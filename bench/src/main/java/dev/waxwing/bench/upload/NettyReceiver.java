package dev.waxwing.bench.upload;

import dev.waxwing.bench.netty.BoringSsl;
import dev.waxwing.bench.pki.KeyFile;
import dev.waxwing.bench.pki.Tls;
import dev.waxwing.bench.process.Commands;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Writes what comes through TLS of Netty into a new file, and answers with one byte. */
final class NettyReceiver {

    private NettyReceiver() {}

    /** Directory; not used; directory of the keys. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        SslContext tls = BoringSsl.server(KeyFile.read(Tls.server(Path.of(arguments[2]))));
        AtomicInteger number = new AtomicInteger();
        EventLoopGroup threads = BoringSsl.threads(1);
        Channel server = new ServerBootstrap()
                .group(threads, threads)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) throws IOException {
                        Path file = directory.resolve("received-" + number.getAndIncrement());
                        channel.pipeline().addLast(tls.newHandler(channel.alloc()), new Storing(file));
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        Commands.serve(Map.of("port", ((InetSocketAddress) server.localAddress()).getPort()), Map.of());
    }

    /** Reads the size, 8 bytes, and then so many bytes of content. */
    private static final class Storing extends SimpleChannelInboundHandler<ByteBuf> {

        private static final long UNKNOWN = -1;

        private final FileChannel out;
        private final ByteBuf head = Unpooled.buffer(Long.BYTES, Long.BYTES);
        private long left = UNKNOWN;

        Storing(Path file) throws IOException {
            this.out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf content) throws IOException {
            if (left == UNKNOWN) {
                head.writeBytes(content, Math.min(head.writableBytes(), content.readableBytes()));
                if (head.isWritable()) {
                    return;
                }
                left = head.readLong();
            }
            while (content.isReadable()) {
                left -= content.readBytes(out, content.readableBytes());
            }
            if (left == 0) {
                out.close();
                context.writeAndFlush(Unpooled.wrappedBuffer(new byte[1])).addListener(ChannelFutureListener.CLOSE);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable failure) throws IOException {
            failure.printStackTrace();
            out.close();
            context.close();
        }
    }
}
