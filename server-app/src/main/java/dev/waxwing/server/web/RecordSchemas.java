package dev.waxwing.server.web;

import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverter;
import io.swagger.v3.core.converter.ModelConverterContext;
import io.swagger.v3.core.util.Json;
import io.swagger.v3.oas.models.media.Schema;
import java.lang.reflect.RecordComponent;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Tells the description of the REST interface what the records say: a component that may be null may be null or left out; every other
 * one is always there.
 */
@Component
class RecordSchemas implements ModelConverter {

    private static final String REFERENCE = "#/components/schemas/";

    @Override
    public @Nullable Schema<?> resolve(
            AnnotatedType type, ModelConverterContext context, Iterator<ModelConverter> others) {
        if (!others.hasNext()) {
            return null;
        }
        Schema<?> found = others.next().resolve(type, context, others);
        Class<?> raw = Json.mapper().constructType(type.getType()).getRawClass();
        if (found != null && raw.isRecord()) {
            Schema<?> described = described(found, context);
            if (described != null && described.getProperties() != null) {
                mark(described, raw.getRecordComponents());
            }
        }
        return found;
    }

    private static @Nullable Schema<?> described(Schema<?> found, ModelConverterContext context) {
        String reference = found.get$ref();
        return reference == null ? found : context.getDefinedModels().get(reference.substring(REFERENCE.length()));
    }

    private static void mark(Schema<?> schema, RecordComponent[] components) {
        Set<String> required = new LinkedHashSet<>();
        @SuppressWarnings("rawtypes")
        Map<String, Schema> properties = schema.getProperties();
        for (RecordComponent component : components) {
            Schema<?> property = properties.get(component.getName());
            if (property == null) {
                continue;
            }
            if (component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                if (property.getTypes() != null) {
                    property.addType("null");
                }
            } else {
                required.add(component.getName());
            }
        }
        schema.setRequired(required.isEmpty() ? null : required.stream().toList());
    }
}
