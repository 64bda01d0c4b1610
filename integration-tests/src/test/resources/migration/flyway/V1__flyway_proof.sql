CREATE TABLE flyway_proof (server_id BIGINT NOT NULL);
INSERT INTO flyway_proof VALUES (@@server_id);
