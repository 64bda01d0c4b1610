package io.github.replicationrouting.test;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All images that a cluster cannot do without.
 */
final class RequiredImages {

    private final DockerImages docker;

    private final List<RequiredImage> required;

    RequiredImages(DockerImages docker, List<RequiredImage> required) {
        this.docker = docker;
        this.required = List.copyOf(required);
    }

    /** Pulls what is not here. Returns what cannot be had and what to do about it, null if all is here now. */
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

    // The others are told without a try: what keeps Docker from one image may keep it from all.
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
