package dev.waxwing.bench.message;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import dev.waxwing.bench.pki.KeyFile;
import dev.waxwing.bench.pki.Tls;
import dev.waxwing.bench.process.Commands;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Publishes with QoS 1 by HiveMQ's client, which was faster here than both of Eclipse Paho's. So many messages may be without their
 * acknowledgement at once that the broker is never waited for.
 */
final class MqttPublisher {

    private static final String TOPIC = "bench";
    private static final int UNDERWAY = 10_000;

    private final KeyFile keys;
    private final int port;
    private final boolean kept;
    private final Mqtt3AsyncClient client;
    private final Mqtt3Publish message = Mqtt3Publish.builder()
            .topic(TOPIC)
            .payload(new byte[Messages.SIZE])
            .qos(MqttQos.AT_LEAST_ONCE)
            .build();

    private MqttPublisher(KeyFile keys, int port, boolean kept) {
        this.keys = keys;
        this.port = port;
        this.kept = kept;
        this.client = client("publisher");
    }

    /** Client's key file; port; whether the broker must keep the messages for a reader who is away. */
    public static void main(String[] arguments) throws Exception {
        MqttPublisher publisher = new MqttPublisher(
                KeyFile.read(Path.of(arguments[0])),
                Integer.parseInt(arguments[1]),
                Boolean.parseBoolean(arguments[2]));
        publisher.client.connect().get();
        Commands.serve(Map.of(), Map.of("sample", count -> publisher.sample(Integer.parseInt(count))));
        publisher.client.disconnect().get();
    }

    private Mqtt3AsyncClient client(String name) {
        return MqttClient.builder()
                .useMqttVersion3()
                .identifier(name)
                .serverHost("localhost")
                .serverPort(port)
                .sslConfig(MqttClientSslConfig.builder()
                        .keyManagerFactory(keys.keyManagers())
                        .trustManagerFactory(keys.trustManagers())
                        .protocols(List.of(Tls.VERSION))
                        .cipherSuites(List.of(Tls.SUITE))
                        .build())
                .buildAsync();
    }

    private Map<String, ?> sample(int count) throws Exception {
        if (kept) {
            subscribeAndLeave();
        }
        long begin = System.nanoTime();
        publish(count);
        long end = System.nanoTime();
        if (kept) {
            forget();
        }
        return Commands.done(count, end - begin);
    }

    private void publish(int count) throws IOException, InterruptedException {
        Semaphore room = new Semaphore(UNDERWAY);
        CountDownLatch left = new CountDownLatch(count);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        for (int i = 0; i < count; i++) {
            room.acquire();
            client.publish(message).whenComplete((_, failed) -> {
                failure.compareAndSet(null, failed);
                room.release();
                left.countDown();
            });
        }
        left.await();
        if (failure.get() != null) {
            throw new IOException("not published", failure.get());
        }
    }

    /** From now on the broker queues what is published. */
    private void subscribeAndLeave() throws ExecutionException, InterruptedException {
        Mqtt3AsyncClient reader = client("reader");
        reader.connectWith().cleanSession(false).send().get();
        reader.subscribeWith()
                .topicFilter(TOPIC)
                .qos(MqttQos.AT_LEAST_ONCE)
                .callback(_ -> {})
                .send()
                .get();
        reader.disconnect().get();
    }

    /** A clean session makes the broker drop what it queued. */
    private void forget() throws ExecutionException, InterruptedException {
        Mqtt3AsyncClient reader = client("reader");
        reader.connectWith().cleanSession(true).send().get();
        reader.disconnect().get();
    }
}
