-- +goose Up
ALTER TABLE users ADD COLUMN language TEXT NOT NULL DEFAULT '' CHECK (length(language) <= 8);

-- +goose Down
ALTER TABLE users DROP COLUMN language;
