package dev.waxwing.server.web;

import dev.waxwing.server.classic.ClassicProperties;
import org.springframework.stereotype.Component;

/** Tells every page whether to warn that classic is on. */
@Component("classicNotice")
public class ClassicNotice {

    private final ClassicProperties properties;

    ClassicNotice(ClassicProperties properties) {
        this.properties = properties;
    }

    /** Whether the classic protocol is served. */
    public boolean on() {
        return properties.enabled();
    }
}
