-- +goose Up
ALTER TABLE participants ADD COLUMN sent_back BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE participants ADD COLUMN decided_at DATETIME;
UPDATE participants SET decided_at = updated_at WHERE overrides <> '' OR demoted = TRUE;

-- +goose Down
ALTER TABLE participants DROP COLUMN decided_at;
ALTER TABLE participants DROP COLUMN sent_back;
