-- +goose Up
ALTER TABLE participants ADD COLUMN demoted BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE participants DROP COLUMN demoted;
