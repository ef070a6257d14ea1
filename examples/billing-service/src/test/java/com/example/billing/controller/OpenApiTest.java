package com.example.billing.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.billing.ApiTest;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.yaml.snakeyaml.Yaml;

@ApiTest
class OpenApiTest {

    @Autowired
    @Qualifier("requestMappingHandlerMapping")
    private RequestMappingHandlerMapping mappings;

    @Test
    void everyRouteIsDescribed() throws Exception {
        List<String> described = describedOperations();
        List<String> served = mappings.getHandlerMethods().entrySet().stream()
                .filter(entry -> entry.getValue().getBeanType().getPackageName().startsWith("com.example.billing"))
                .flatMap(entry -> operationsOf(entry.getKey()))
                .toList();
        assertThat(served).isNotEmpty();
        assertThat(described).containsAll(served);
    }

    private static Stream<String> operationsOf(RequestMappingInfo info) {
        return info.getPatternValues().stream()
                .flatMap(path -> info.getMethodsCondition().getMethods().stream()
                        .map(method -> method.name().toLowerCase(Locale.ROOT) + " " + path));
    }

    private static List<String> describedOperations() throws Exception {
        try (Reader reader = Files.newBufferedReader(Path.of("openapi.yaml"))) {
            Map<String, Map<String, Map<String, ?>>> spec = new Yaml().load(reader);
            return spec.get("paths").entrySet().stream()
                    .flatMap(path -> path.getValue().keySet().stream().map(method -> method + " " + path.getKey()))
                    .toList();
        }
    }
}
