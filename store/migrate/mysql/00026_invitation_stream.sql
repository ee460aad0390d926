-- +goose Up
ALTER TABLE invitations
    ADD COLUMN stream VARCHAR(16) NOT NULL DEFAULT '',
    ADD COLUMN name VARCHAR(64) NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE invitations DROP COLUMN name, DROP COLUMN stream;
