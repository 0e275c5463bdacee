package dev.waxwing.ca.web;

import dev.waxwing.ca.revocation.OcspResponder;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import tools.jackson.databind.DeserializationFeature;

/**
 * The filters in front of the authority's controllers. The web server makes filters while it starts, so they ask for the
 * authority only when they need it: what is wrong with it should be told as the application's failure, not the web server's.
 */
@Configuration(proxyBeanMethods = false)
class WebConfiguration {

    @Bean
    FilterRegistrationBean<BodyLimit> bodyLimit() {
        var registration = new FilterRegistrationBean<>(new BodyLimit());
        registration.addUrlPatterns("/api/*");
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 20);
        return registration;
    }

    /** Who misspells a member shall not get a longer life, another scope or another profile than was meant. */
    @Bean
    JsonMapperBuilderCustomizer noUnknownMembers() {
        return mapper -> mapper.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    }

    @Bean
    FilterRegistrationBean<OcspByGet> ocspByGet(ObjectProvider<OcspResponder> responder) {
        var registration = new FilterRegistrationBean<>(new OcspByGet(responder::getObject));
        registration.addUrlPatterns(OcspByGet.PATH + "*");
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 10);
        return registration;
    }

    /** Lets an encoded slash through to {@link OcspByGet}; every other path that has one is refused by what comes after it. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> encodedSlashes() {
        return factory ->
                factory.addConnectorCustomizers(connector -> connector.setEncodedSolidusHandling("passthrough"));
    }
}
