package dev.waxwing.bench.scale;

import dev.waxwing.bench.device.MemoryDevice;
import dev.waxwing.bench.device.UploadSender;
import dev.waxwing.bench.message.TextSender;
import dev.waxwing.bench.process.Commands;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Many devices in one process, each with a session and a virtual thread of its own, that send at the same time. */
final class Fleet {

    private static final int TEXT = 1_024;
    private static final int PIECE = 60 * 1_024;

    private final List<MemoryDevice> devices;
    private final byte[] piece = new byte[PIECE];

    private Fleet(List<MemoryDevice> devices) {
        this.devices = devices;
        new Random(1).nextBytes(piece);
    }

    /** File of invites. */
    public static void main(String[] arguments) throws Exception {
        Fleet fleet = new Fleet(MemoryDevice.enrolAll(Files.readAllLines(Path.of(arguments[0]))));
        Commands.serve(Map.of(), Map.of("upload", fleet::upload, "texts", fleet::texts));
    }

    /** How many devices; bytes in all. Sessions are made before the clock starts. */
    private Map<String, ?> upload(String argument) throws Exception {
        Order order = Order.parse(argument);
        List<UploadSender> senders = new ArrayList<>();
        try {
            for (MemoryDevice device : devices.subList(0, order.devices())) {
                senders.add(UploadSender.connect(device));
            }
            long begin = System.nanoTime();
            together(senders, sender -> sender.send(order.each(), piece));
            return Commands.done(order.each() * order.devices(), System.nanoTime() - begin);
        } finally {
            senders.forEach(UploadSender::close);
        }
    }

    /** How many devices; texts in all, each group of which has its receipt when the clock stops. */
    private Map<String, ?> texts(String argument) throws Exception {
        Order order = Order.parse(argument);
        List<TextSender> senders = new ArrayList<>();
        try {
            for (MemoryDevice device : devices.subList(0, order.devices())) {
                senders.add(TextSender.connect(device));
            }
            long begin = System.nanoTime();
            together(senders, sender -> sender.send((int) order.each(), TEXT));
            return Commands.done(order.each() * order.devices(), System.nanoTime() - begin);
        } finally {
            senders.forEach(TextSender::close);
        }
    }

    private record Order(int devices, long each) {

        static Order parse(String argument) {
            String[] words = argument.split(" ");
            int devices = Integer.parseInt(words[0]);
            return new Order(devices, Math.max(1, Long.parseLong(words[1]) / devices));
        }
    }

    @FunctionalInterface
    private interface Work<T> {

        void run(T sender) throws Exception;
    }

    private static <T> void together(List<T> senders, Work<T> work) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Boolean>> tasks = new ArrayList<>();
            for (T sender : senders) {
                tasks.add(() -> {
                    work.run(sender);
                    return true;
                });
            }
            for (Future<Boolean> done : threads.invokeAll(tasks)) {
                done.get();
            }
        }
    }
}
