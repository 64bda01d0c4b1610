package io.github.replicationrouting.sample.shop;

import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.stereotype.Component;

/** Two editors who change the description of the same product at the same time, for the live page. */
@Component
public class Editors {

    private static final long PRODUCT = 1;
    private static final int SECONDS = 20;

    private final Texts texts;

    Editors(Texts texts) {
        this.texts = texts;
    }

    /**
     * Lets both change another line. Each has loaded the text, on the node that the write policy chooses, before the
     * other one saves, so that one of them loses the conflict.
     */
    public List<TextEdit> edit() {
        ProductText base = texts.text(PRODUCT).answer();
        CyclicBarrier bothHaveLoaded = new CyclicBarrier(2);
        CompletableFuture<TextEdit> first = editing(base, 0, bothHaveLoaded);
        CompletableFuture<TextEdit> second = editing(base, 1, bothHaveLoaded);
        return List.of(first.join(), second.join());
    }

    private CompletableFuture<TextEdit> editing(ProductText base, int line, CyclicBarrier bothHaveLoaded) {
        String changed = increment(base.text(), line);
        return CompletableFuture.supplyAsync(() -> texts.save(base, changed, () -> await(bothHaveLoaded)))
                .orTimeout(2 * SECONDS, TimeUnit.SECONDS);
    }

    /** Increments the number at the end of a line. */
    private static String increment(String text, int line) {
        String[] lines = text.split("\n", -1);
        int number = lines[line].lastIndexOf(' ') + 1;
        lines[line] = lines[line].substring(0, number) + (Integer.parseInt(lines[line].substring(number)) + 1);
        return String.join("\n", lines);
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException("The other editor could not load the text", e);
        }
    }
}
