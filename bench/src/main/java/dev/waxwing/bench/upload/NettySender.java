package dev.waxwing.bench.upload;

import dev.waxwing.bench.netty.BoringSsl;
import dev.waxwing.bench.pki.KeyFile;
import dev.waxwing.bench.pki.Tls;
import dev.waxwing.bench.process.Commands;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.stream.ChunkedNioFile;
import io.netty.handler.stream.ChunkedWriteHandler;
import java.io.EOFException;
import java.net.InetAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Sends a file through TLS of Netty and waits for the answer. */
final class NettySender {

    private final EventLoopGroup threads = BoringSsl.threads(1);
    private final SslContext tls;
    private final int port;
    private final Path file;

    private NettySender(SslContext tls, int port, Path file) {
        this.tls = tls;
        this.port = port;
        this.file = file;
    }

    /** File; port of the receiver; directory of the keys. */
    public static void main(String[] arguments) throws Exception {
        SslContext tls = BoringSsl.client(KeyFile.read(Tls.client(Path.of(arguments[2]))));
        NettySender sender = new NettySender(tls, Integer.parseInt(arguments[1]), Path.of(arguments[0]));
        Commands.serve(Map.of(), Map.of("sample", _ -> sender.sample()));
    }

    private Map<String, ?> sample() throws Exception {
        long begin = System.nanoTime();
        long size = Files.size(file);
        CompletableFuture<Void> answer = new CompletableFuture<>();
        Channel connection = new Bootstrap()
                .group(threads)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(
                                        tls.newHandler(channel.alloc(), "localhost", port),
                                        new ChunkedWriteHandler(),
                                        new Answer(answer));
                    }
                })
                .connect(InetAddress.getLoopbackAddress(), port)
                .sync()
                .channel();
        connection.write(Unpooled.copyLong(size));
        connection.writeAndFlush(new ChunkedNioFile(FileChannel.open(file), PlainSender.CHUNK));
        answer.get();
        connection.close().sync();
        return Commands.done(size, System.nanoTime() - begin);
    }

    /** Waits for the receiver's byte. */
    private static final class Answer extends SimpleChannelInboundHandler<ByteBuf> {

        private final CompletableFuture<Void> result;

        Answer(CompletableFuture<Void> result) {
            this.result = result;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf content) {
            result.complete(null);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            result.completeExceptionally(new EOFException("no answer"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
            result.completeExceptionally(failure);
            context.close();
        }
    }
}
