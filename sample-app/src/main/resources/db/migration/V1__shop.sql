CREATE TABLE product (
    id    BIGINT PRIMARY KEY,
    name  VARCHAR(100)   NOT NULL,
    price DECIMAL(10, 2) NOT NULL,
    stock INT            NOT NULL
);

INSERT INTO product (id, name, price, stock) VALUES
    (1, 'Teapot', 24.90, 1000),
    (2, 'Kettle', 39.00, 1000),
    (3, 'Sieve', 4.50, 1000),
    (4, 'Samovar', 320.00, 1);

CREATE TABLE orders (
    id         BIGINT PRIMARY KEY AUTO_INCREMENT,
    product_id BIGINT NOT NULL,
    quantity   INT    NOT NULL,
    FOREIGN KEY (product_id) REFERENCES product (id)
);
