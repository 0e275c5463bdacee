package dev.waxwing.server.web;

import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem.HttpMethod;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.IntegerSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.ObjectSchema;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.util.StringUtils;

/** What the description of the REST interface says about the whole of it. */
@Configuration(proxyBeanMethods = false)
class RestDescription {

    private static final String PROBLEM = "Problem";
    private static final String PROBLEM_JSON = "application/problem+json";
    private static final String REFERENCE = "0123456789abcdef";

    /** What every operation may answer, with what to do then. */
    private static final Map<Integer, String> REFUSALS = Map.of(
            400, "The request is malformed. The detail says where.",
            401, "Nobody is logged in, or the token has ended. Send a token or a console user's name and password.",
            403, "The role or the token's scope does not allow it. Ask an administrator.",
            404, "There is nothing of this name. List what there is.",
            409, "What there is stands against it. The detail says what, and what to do.",
            422, "What was asked for cannot be. The detail says why.",
            429, "Too many failed logins from this address. Wait as long as Retry-After says.",
            503, "The database does not answer. Try again after what Retry-After says.");

    /** Puts in what all operations have in common. */
    @Bean
    OpenApiCustomizer commonAnswers() {
        return description -> {
            Components components = description.getComponents();
            components.addSchemas(PROBLEM, problem());
            SchemaExample examples = new SchemaExample(components.getSchemas());
            description
                    .getPaths()
                    .forEach((path, item) -> item.readOperationsMap()
                            .forEach((method, operation) -> complete(path, method, operation, examples)));
        };
    }

    private static void complete(String path, HttpMethod method, Operation operation, SchemaExample examples) {
        operation.setOperationId(operationId(path, method));
        if (path.startsWith("/api/")) {
            refusals(path, operation).forEach(status -> refusal(operation, status));
        } else {
            operation.setSecurity(List.of());
        }
        if (operation.getRequestBody() != null) {
            exemplify(operation.getRequestBody().getContent(), examples);
        }
        operation.getResponses().forEach((_, answer) -> exemplify(answer.getContent(), examples));
    }

    /** {@code getUsersByName} for {@code GET /api/v1/users/{name}}: it stays as it is when others come. */
    private static String operationId(String path, HttpMethod method) {
        StringBuilder id = new StringBuilder(method.name().toLowerCase(Locale.ROOT));
        for (String part : path.replaceFirst("^/api/v1", "").split("[/.-]")) {
            String word = part.startsWith("{") ? "By-" + part.substring(1, part.length() - 1) : part;
            for (String piece : word.split("-")) {
                id.append(StringUtils.capitalize(piece));
            }
        }
        return id.toString();
    }

    private static Set<Integer> refusals(String path, Operation operation) {
        Set<Integer> statuses = new TreeSet<>(Set.of(401, 403, 429, 503));
        if (path.contains("{")) {
            statuses.add(404);
        }
        if (operation.getRequestBody() != null) {
            statuses.addAll(Set.of(400, 422));
        } else if (operation.getParameters() != null) {
            statuses.add(400);
        }
        operation.getResponses().keySet().stream()
                .map(Integer::valueOf)
                .filter(status -> status >= 400)
                .forEach(statuses::add);
        return statuses;
    }

    private static void refusal(Operation operation, int status) {
        ApiResponse answer = operation.getResponses().computeIfAbsent(String.valueOf(status), _ -> new ApiResponse());
        String what = REFUSALS.getOrDefault(status, "Refused. The detail says why.");
        if (answer.getDescription() == null) {
            answer.setDescription(what);
        }
        Map<String, Object> example = new LinkedHashMap<>();
        example.put("title", title(status));
        example.put("status", status);
        example.put("detail", answer.getDescription());
        example.put("reference", REFERENCE);
        answer.setContent(new Content()
                .addMediaType(
                        PROBLEM_JSON,
                        new MediaType().schema(new Schema<>().$ref(PROBLEM)).example(example)));
    }

    private static String title(int status) {
        HttpStatus known = HttpStatus.resolve(status);
        return known == null ? "Refused" : known.getReasonPhrase();
    }

    private static void exemplify(@Nullable Content content, SchemaExample examples) {
        if (content == null) {
            return;
        }
        content.forEach((type, body) -> {
            if (type.endsWith("json") && body.getExample() == null && body.getSchema() != null) {
                body.setExample(examples.of(body.getSchema()));
            }
        });
    }

    private static Schema<?> problem() {
        Schema<?> problem = new ObjectSchema()
                .description("A problem document (RFC 9457)")
                .addProperty("type", new StringSchema().format("uri-reference"))
                .addProperty("title", new StringSchema().example("Not allowed"))
                .addProperty("status", new IntegerSchema().example(403))
                .addProperty(
                        "detail",
                        new StringSchema()
                                .description("Why, and what to do next")
                                .example("Ask an administrator."))
                .addProperty("instance", new StringSchema().format("uri-reference"))
                .addProperty(
                        "reference",
                        new StringSchema()
                                .description("Finds the reason in the audit log")
                                .pattern("^[0-9a-f]{16}$")
                                .example(REFERENCE));
        problem.setRequired(List.of("title", "status", "detail", "reference"));
        return problem;
    }

    @Bean
    OpenAPI openApi() {
        return new OpenAPI()
                .info(new Info()
                        .title("Waxwing")
                        .version("v1")
                        .description(
                                "Certificates, invites, devices, sessions, transfers, users, tokens and the audit log."
                                        + " Errors are problem documents (RFC 9457) with a reference that the audit log"
                                        + " knows.")
                        .license(new License().name("Apache-2.0")))
                .components(new Components()
                        .addSecuritySchemes(
                                "token",
                                new SecurityScheme()
                                        .type(SecurityScheme.Type.HTTP)
                                        .scheme("bearer")
                                        .description("An API token, made in the console's settings"))
                        .addSecuritySchemes(
                                "user",
                                new SecurityScheme()
                                        .type(SecurityScheme.Type.HTTP)
                                        .scheme("basic")
                                        .description("A console user")))
                .addSecurityItem(new SecurityRequirement().addList("token"))
                .addSecurityItem(new SecurityRequirement().addList("user"));
    }
}
