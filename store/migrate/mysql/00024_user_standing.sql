-- +goose Up
ALTER TABLE users
    ADD COLUMN role VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'USER' CHECK (role IN ('USER', 'ADMIN')),
    ADD COLUMN disabled_at DATETIME(6);

-- +goose Down
ALTER TABLE users DROP COLUMN disabled_at, DROP COLUMN role;
