CREATE TABLE product_text (
    product_id BIGINT PRIMARY KEY,
    version    INT          NOT NULL,
    text       VARCHAR(500) NOT NULL
);

INSERT INTO product_text (product_id, version, text) VALUES
    (1, 1, 'Cast iron, edition 1\nFor four cups, edition 1'),
    (2, 1, 'Stainless steel, edition 1\nTwo litres, edition 1'),
    (3, 1, 'For loose tea, edition 1\nFits every teapot, edition 1');
