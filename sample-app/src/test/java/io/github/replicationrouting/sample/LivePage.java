package io.github.replicationrouting.sample;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.openqa.selenium.StaleElementReferenceException;

/** The live page in a browser. */
final class LivePage implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int WIDTH = 1240;
    private static final int HEIGHT = 1180;

    private final Browser browser;

    private LivePage(Browser browser) {
        this.browser = browser;
    }

    /** Opens the page. Where there is no browser, skips the test, or fails it: see {@link Browser#open()}. */
    static LivePage open(String url) {
        Browser browser = Browser.open();
        browser.show(url, WIDTH, HEIGHT);
        return new LivePage(browser);
    }

    Browser browser() {
        return browser;
    }

    void act(String node, String action) {
        click("#node-%s [data-action=%s]".formatted(node, action));
    }

    /** Clicks until it succeeds: the page replaces the buttons of a node that changes. */
    void click(String selector) {
        await(selector).atMost(TIMEOUT).ignoreExceptions().until(() -> {
            if (!browser.find(selector).isEnabled()) {
                return false;
            }
            browser.find(selector).click();
            return true;
        });
    }

    void awaitState(String node, String state) {
        await(node + " is " + state)
                .atMost(TIMEOUT)
                .until(() -> state.equals(steady(() -> browser.text("#node-" + node + " .state"))));
    }

    /** Waits until the button shows the state of the load. */
    void awaitLoad(boolean runs) {
        await("load " + runs).atMost(TIMEOUT).until(() -> Boolean.toString(runs)
                .equals(browser.find("#load").getDomAttribute("aria-pressed")));
    }

    void awaitJournal(String text) {
        await(text).atMost(TIMEOUT).until(() -> browser.text("#journal").contains(text));
    }

    void awaitText(String selector, String text) {
        await(selector + ": " + text).atMost(TIMEOUT).until(() -> text.equals(steady(() -> browser.text(selector))));
    }

    void awaitPressed(String selector) {
        await(selector + " is pressed").atMost(TIMEOUT).until(() -> "true"
                .equals(steady(() -> String.valueOf(browser.find(selector).getDomAttribute("aria-pressed")))));
    }

    /** Waits until a figure is above a number. */
    void awaitAbove(String selector, int number) {
        await(selector + " is above " + number)
                .atMost(TIMEOUT)
                .until(() -> Integer.parseInt(browser.text(selector)) > number);
    }

    /** Ends the load, which would continue after the test. */
    void stopLoad() {
        if ("true".equals(browser.find("#load").getDomAttribute("aria-pressed"))) {
            click("#load");
            awaitLoad(false);
        }
    }

    private static String steady(Callable<String> query) throws Exception {
        try {
            return query.call();
        } catch (StaleElementReferenceException | org.openqa.selenium.NoSuchElementException e) {
            return "not there yet: " + e.getClass().getSimpleName();
        }
    }

    @Override
    public void close() {
        browser.close();
    }
}
