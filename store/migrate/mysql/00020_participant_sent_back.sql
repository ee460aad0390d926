-- +goose Up
ALTER TABLE participants
    ADD COLUMN sent_back BOOLEAN NOT NULL DEFAULT FALSE,
    ADD COLUMN decided_at DATETIME(6);
UPDATE participants SET decided_at = updated_at WHERE overrides <> '' OR demoted = TRUE;

-- +goose Down
ALTER TABLE participants
    DROP COLUMN decided_at,
    DROP COLUMN sent_back;
