CREATE TABLE script_proof (server_id BIGINT NOT NULL);
INSERT INTO script_proof VALUES (@@server_id);
