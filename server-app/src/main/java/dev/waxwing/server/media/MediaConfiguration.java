package dev.waxwing.server.media;

import dev.waxwing.ca.authority.DataDirectory;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The media store below the data directory. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(MediaProperties.class)
class MediaConfiguration {

    @Bean
    MediaStore mediaStore(DataDirectory directory, Disk disk) throws IOException {
        return MediaStore.open(root(directory), disk);
    }

    @Bean
    Disk disk(DataDirectory directory) throws IOException {
        MediaStore.createPrivate(root(directory));
        FileStore volume = Files.getFileStore(root(directory));
        return volume::getUsableSpace;
    }

    @Bean
    DiskSpace diskSpace(Disk disk, MediaProperties properties) {
        return new DiskSpace(disk, properties.reserve().toBytes());
    }

    private static Path root(DataDirectory directory) {
        return directory.dataDir().resolve("media").toAbsolutePath();
    }
}
