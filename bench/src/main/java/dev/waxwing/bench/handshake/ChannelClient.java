package dev.waxwing.bench.handshake;

import dev.waxwing.bench.pki.KeyFile;
import dev.waxwing.channel.DeviceEndpoint;
import dev.waxwing.channel.DevicePolicy;
import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.trust.TimeFloor;
import dev.waxwing.trust.TrustedRoots;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;

/** Makes connections by the channel's device end. */
final class ChannelClient {

    private ChannelClient() {}

    /** Directory of the keys; port. */
    public static void main(String[] arguments) throws Exception {
        KeyFile keys = KeyFile.read(ChannelKeys.device(Path.of(arguments[0])));
        TrustedRoots root = TrustedRoots.of(List.of(keys.root()));
        InetSocketAddress server =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[1]));
        DeviceEndpoint endpoint = new DeviceEndpoint(
                DevicePolicy.defaults(), CryptoProvider.chosen(), new SecureRandom(), Clock.systemUTC());
        Dialing.serve(() -> {
            TimeFloor floor = new TimeFloor();
            // A close is no part of a handshake.
            return () -> endpoint.connect(SocketChannel.open(server), keys.credential(), root, floor)
                    .abort();
        });
    }
}
