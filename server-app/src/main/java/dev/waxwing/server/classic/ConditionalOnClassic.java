package dev.waxwing.server.classic;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** There only while classic is on, however that is written: whatever {@link ClassicProperties#enabled()} is bound from. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Conditional(ConditionalOnClassic.Enabled.class)
public @interface ConditionalOnClassic {

    /** Binds as the properties do: a comparison of words would take {@code on} for off. */
    final class Enabled implements Condition {
        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return Binder.get(context.getEnvironment())
                    .bind("waxwing.classic.enabled", Boolean.class)
                    .orElse(false);
        }
    }
}
