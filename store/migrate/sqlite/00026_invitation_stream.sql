-- +goose Up
ALTER TABLE invitations ADD COLUMN stream TEXT NOT NULL DEFAULT '' CHECK (length(stream) <= 16);
ALTER TABLE invitations ADD COLUMN name TEXT NOT NULL DEFAULT '' CHECK (length(name) <= 64);

-- +goose Down
ALTER TABLE invitations DROP COLUMN name;
ALTER TABLE invitations DROP COLUMN stream;
