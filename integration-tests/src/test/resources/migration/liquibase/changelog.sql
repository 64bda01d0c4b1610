--liquibase formatted sql

--changeset proof:1
CREATE TABLE liquibase_proof (server_id BIGINT NOT NULL);
INSERT INTO liquibase_proof VALUES (@@server_id);
