package io.github.replicationrouting.test.internal.docker;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All images that a cluster needs.
 */
final class RequiredImages {

    private final DockerImages docker;

    private final List<RequiredImage> required;

    RequiredImages(DockerImages docker, List<RequiredImage> required) {
        this.docker = docker;
        this.required = List.copyOf(required);
    }

    /** Pulls the absent images. Returns which are still missing and what to do about it, null if none is. */
    @Nullable
    String missing() {
        List<RequiredImage> absent =
                required.stream().filter(image -> !docker.has(image.name())).toList();
        for (int i = 0; i < absent.size(); i++) {
            String error = docker.pull(absent.get(i).name());
            if (error != null) {
                return explain(absent.get(i), error, absent.subList(i + 1, absent.size()));
            }
        }
        return null;
    }

    // The others are reported without an attempt: the same cause probably affects them all.
    private static String explain(RequiredImage failed, String error, List<RequiredImage> others) {
        return "%s is not on this machine, and Docker cannot pull it (%s). %s%s"
                .formatted(
                        failed,
                        error,
                        failed.remedy(),
                        others.stream()
                                .map(image -> ". %s is not on this machine either. %s".formatted(image, image.remedy()))
                                .collect(Collectors.joining()));
    }
}
