package dev.waxwing.server.classic;

import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** What it takes to make kits, without serving anybody. */
@Configuration(proxyBeanMethods = false)
@Import({ClassicKeyRing.class, ClassicDevices.class, ClassicKits.class})
public class ClassicKitsConfiguration {}
