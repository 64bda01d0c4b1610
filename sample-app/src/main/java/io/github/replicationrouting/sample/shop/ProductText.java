package io.github.replicationrouting.sample.shop;

/**
 * The description of a product.
 *
 * @param version number of the changes that were made to it
 */
record ProductText(long productId, int version, String text) {

    ProductText withText(String changed) {
        return new ProductText(productId, version, changed);
    }
}
