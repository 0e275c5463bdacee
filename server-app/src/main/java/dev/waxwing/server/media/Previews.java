package dev.waxwing.server.media;

import dev.waxwing.wire.Bytes;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Makes small pictures of images, aside from everything else: one at a time, with limits on size, pixels and time, and kept
 * once made. What devices send is decoded here and nowhere else.
 */
@Component
public final class Previews {

    private static final Logger LOG = LoggerFactory.getLogger(Previews.class);

    /** Longest edge in pixels. */
    static final int EDGE = 480;

    private static final long MAX_BYTES = 64L << 20;
    private static final long MAX_PIXELS = 100_000_000;

    /** Decoders keep whole lines in memory. */
    private static final int MAX_EDGE = 32_768;

    private static final int MAX_DECODED_PIXELS = 4_000_000;
    private static final Duration MAX_TIME = Duration.ofSeconds(10);
    private static final Set<String> RASTER = Set.of("image/jpeg", "image/png", "image/gif", "image/bmp");

    private final Transfers transfers;
    private final MediaStore store;
    private final Semaphore oneAtATime = new Semaphore(1);

    Previews(Transfers transfers, MediaStore store) {
        this.transfers = transfers;
        this.store = store;
    }

    /** The preview of an accepted image; nothing for anything else, or when the image is beyond the limits or damaged. */
    public Optional<Preview> find(String transferId) {
        return transfers
                .find(transferId)
                .filter(Previews::previewable)
                .flatMap(transfer -> cached(transferId).or(() -> make(transfer)));
    }

    private static boolean previewable(Transfer transfer) {
        return transfer.state() == TransferState.ACCEPTED
                && transfer.kind() == TransferKind.IMAGE
                && !transfer.typeMismatch()
                && RASTER.contains(transfer.mediaType())
                && transfer.size() <= MAX_BYTES;
    }

    private Optional<Preview> cached(String id) {
        try {
            return Optional.of(jpeg(Files.readAllBytes(store.preview(id))));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<Preview> make(Transfer transfer) {
        // The permit belongs to the decoding thread: one that ran over its time still counts until it ends.
        FutureTask<Optional<byte[]>> decoding = new FutureTask<>(() -> decode(transfer));
        Thread.ofPlatform().daemon().name("waxwing-preview").start(decoding);
        try {
            return decoding.get(MAX_TIME.toMillis(), TimeUnit.MILLISECONDS).map(Previews::jpeg);
        } catch (TimeoutException e) {
            LOG.info("No preview of {}: it took longer than {} s", transfer.id(), MAX_TIME.toSeconds());
        } catch (ExecutionException e) {
            LOG.info("No preview of {}: {}", transfer.id(), String.valueOf(e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Optional.empty();
    }

    private Optional<byte[]> decode(Transfer transfer) throws IOException, InterruptedException {
        if (!oneAtATime.tryAcquire(MAX_TIME.toMillis(), TimeUnit.MILLISECONDS)) {
            return Optional.empty();
        }
        try {
            BufferedImage image = read(store.content(transfer.id()), transfer.mediaType());
            if (image == null) {
                return Optional.empty();
            }
            byte[] small = encode(scaled(image));
            keep(transfer.id(), small);
            return Optional.of(small);
        } finally {
            oneAtATime.release();
        }
    }

    private static @Nullable BufferedImage read(Path file, String mediaType) throws IOException {
        Iterator<ImageReader> readers = ImageIO.getImageReadersByMIMEType(mediaType);
        if (!readers.hasNext()) {
            return null;
        }
        ImageReader reader = readers.next();
        try (ImageInputStream in = new HurriedStream(file, MAX_TIME)) {
            reader.setInput(in, true, true);
            int width = reader.getWidth(0);
            int height = reader.getHeight(0);
            if (width <= 0 || height <= 0 || Math.max(width, height) > MAX_EDGE || (long) width * height > MAX_PIXELS) {
                return null;
            }
            ImageReadParam sampling = reader.getDefaultReadParam();
            int step = step(width, height);
            sampling.setSourceSubsampling(step, step, 0, 0);
            return reader.read(0, sampling);
        } finally {
            reader.dispose();
        }
    }

    /** Reads only every nth pixel, as far as the preview does not need more, so that memory stays bounded. */
    private static int step(int width, int height) {
        int step = Math.max(1, Math.max(width, height) / (2 * EDGE));
        while ((long) (width / step) * (height / step) > MAX_DECODED_PIXELS) {
            step++;
        }
        return step;
    }

    private static BufferedImage scaled(BufferedImage image) {
        double factor = Math.min(1.0, (double) EDGE / Math.max(image.getWidth(), image.getHeight()));
        int width = Math.max(1, (int) Math.round(image.getWidth() * factor));
        int height = Math.max(1, (int) Math.round(image.getHeight() * factor));
        BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = small.createGraphics();
        try {
            graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
            graphics.drawImage(image, 0, 0, width, height, Color.WHITE, null);
        } finally {
            graphics.dispose();
        }
        return small;
    }

    private static byte[] encode(BufferedImage image) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (!ImageIO.write(image, "jpeg", out)) {
            throw new IOException("no JPEG writer");
        }
        return out.toByteArray();
    }

    private void keep(String id, byte[] jpeg) throws IOException {
        Path target = store.preview(id);
        Path fresh = Files.createTempFile(target.getParent(), "preview", ".tmp");
        Files.write(fresh, jpeg);
        Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Preview jpeg(byte[] bytes) {
        return new Preview("image/jpeg", Bytes.of(bytes));
    }
}
