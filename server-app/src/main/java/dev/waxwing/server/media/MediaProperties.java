package dev.waxwing.server.media;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * How uploads are received and kept.
 *
 * @param reserve room that stays free on the disk: an upload that would need it is refused
 * @param maxUpload the largest upload taken
 * @param maxOpenUploads how many uploads one session may have open, 1 to 16
 * @param window how far a device may send ahead of what is durable, 64 KiB to 1 GiB
 * @param partExpiry after this long without a byte, what has arrived of an upload is discarded
 */
@Validated
@ConfigurationProperties("waxwing.media")
public record MediaProperties(
        @DefaultValue("256MB") DataSize reserve,
        @DefaultValue("1TB") DataSize maxUpload,
        @DefaultValue("4") @Min(1) @Max(16) int maxOpenUploads,
        @DefaultValue("8MB") DataSize window,
        @DefaultValue("7d") Duration partExpiry) {

    private static final long MIN_WINDOW = 64L << 10;
    private static final long MAX_WINDOW = 1L << 30;

    public MediaProperties {
        if (window.toBytes() < MIN_WINDOW || window.toBytes() > MAX_WINDOW) {
            throw new IllegalArgumentException("waxwing.media.window is 64KB to 1GB");
        }
        if (reserve.isNegative() || maxUpload.isNegative() || partExpiry.isNegative()) {
            throw new IllegalArgumentException("waxwing.media takes no negative sizes or times");
        }
    }
}
