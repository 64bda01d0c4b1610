package io.github.replicationrouting.test;

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
 * What Docker reports of one pull of an image. A pull that reports may take as long as it needs.
 */
final class Pull implements ResultCallback<PullResponseItem> {

    private static final Pattern ANSWER = Pattern.compile("\\{\"message\":\"(.*)\"}");

    private static final int MAX_ERROR = 300;

    private final BlockingQueue<Report> reports = new LinkedBlockingQueue<>();

    /** Returns Docker's error in short, null if it reports none; ends when nothing is reported for so long. */
    @Nullable
    String awaitEnd(Duration patience) throws InterruptedException {
        while (true) {
            Report report = reports.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
            if (report == null) {
                return "Docker reported nothing for %d s".formatted(patience.toSeconds());
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
        reports.add(item.isErrorIndicated() ? new Report(true, inShort(message(item))) : new Report(false, null));
    }

    private static String message(PullResponseItem item) {
        String message =
                item.getErrorDetail() == null ? null : item.getErrorDetail().getMessage();
        return Objects.requireNonNullElse(message, "Docker gives no reason");
    }

    @Override
    public void onError(Throwable error) {
        reports.add(new Report(true, inShort(error)));
    }

    @Override
    public void onComplete() {
        reports.add(new Report(true, null));
    }

    // Closing the client ends a pull, also one that Docker has not answered yet.
    @Override
    public void close() {}

    /** The error without the HTTP and JSON around it. */
    static String inShort(Throwable error) {
        String text = Objects.requireNonNullElse(error.getMessage(), error.toString());
        Matcher answer = ANSWER.matcher(text);
        return inShort(
                error instanceof DockerException && answer.find()
                        ? answer.group(1).replace("\\\"", "\"").replace("\\n", "\n")
                        : text);
    }

    private static String inShort(String text) {
        String line = text.strip().lines().findFirst().orElse("");
        return line.length() <= MAX_ERROR ? line : line.substring(0, MAX_ERROR) + "...";
    }

    private record Report(boolean last, @Nullable String error) {}
}
