package io.github.replicationrouting.test.internal.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.PullResponseItem;
import java.io.Closeable;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The progress reports of one pull of an image. A pull may take any time while it reports progress.
 */
final class Pull implements ResultCallback<PullResponseItem> {

    private static final Pattern ANSWER = Pattern.compile("\\{\"message\":\"(.*)\"}");

    private static final int MAX_ERROR_LENGTH = 300;

    private final BlockingQueue<Report> reports = new LinkedBlockingQueue<>();

    /** Returns Docker's error, shortened, null if it reports none; a silence longer than the limit is an error. */
    @Nullable
    String awaitEnd(Duration maxSilence) throws InterruptedException {
        while (true) {
            Report report = reports.poll(maxSilence.toMillis(), TimeUnit.MILLISECONDS);
            if (report == null) {
                return "Docker reported nothing for %d s".formatted(maxSilence.toSeconds());
            }
            if (report.last()) {
                return report.error();
            }
        }
    }

    @Override
    public void onStart(Closeable stream) {
        reports.add(new Report(false, null));
    }

    @Override
    public void onNext(PullResponseItem item) {
        reports.add(item.isErrorIndicated() ? new Report(true, shorten(message(item))) : new Report(false, null));
    }

    private static String message(PullResponseItem item) {
        String message =
                item.getErrorDetail() == null ? null : item.getErrorDetail().getMessage();
        return Objects.requireNonNullElse(message, "Docker gives no reason");
    }

    @Override
    public void onError(Throwable error) {
        reports.add(new Report(true, shorten(error)));
    }

    @Override
    public void onComplete() {
        reports.add(new Report(true, null));
    }

    // Closing the client ends a pull, also one that Docker has not answered yet.
    @Override
    public void close() {}

    /** Returns the first line of the error without the HTTP and JSON around it. */
    static String shorten(Throwable error) {
        String text = Objects.requireNonNullElse(error.getMessage(), error.toString());
        Matcher answer = ANSWER.matcher(text);
        return shorten(
                error instanceof DockerException && answer.find()
                        ? answer.group(1).replace("\\\"", "\"").replace("\\n", "\n")
                        : text);
    }

    private static String shorten(String text) {
        String line = text.strip().lines().findFirst().orElse("");
        return line.length() <= MAX_ERROR_LENGTH ? line : line.substring(0, MAX_ERROR_LENGTH) + "...";
    }

    private record Report(boolean last, @Nullable String error) {}
}
