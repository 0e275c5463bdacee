package dev.waxwing.bench.handshake;

import dev.waxwing.bench.waxwing.EnrolledDevice;
import dev.waxwing.trust.TimeFloor;
import dev.waxwing.trust.TrustedRoots;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** Connects to the real server as one enrolled device, and closes each session as a device does. */
final class ServerClient {

    private ServerClient() {}

    /** Home; invite; port. */
    public static void main(String[] arguments) throws Exception {
        InetSocketAddress server =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[2]));
        try (EnrolledDevice device = EnrolledDevice.enrol(Path.of(arguments[0]), arguments[1])) {
            Dialing.serve(() -> {
                TimeFloor floor = new TimeFloor();
                return () -> device.endpoint()
                        .connect(
                                SocketChannel.open(server),
                                device.credential(),
                                TrustedRoots.of(device.identity().root()),
                                floor)
                        .close();
            });
        }
    }
}
