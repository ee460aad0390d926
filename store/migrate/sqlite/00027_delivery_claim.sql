-- +goose Up
ALTER TABLE deliveries ADD COLUMN claimed_by TEXT NOT NULL DEFAULT '' CHECK (length(claimed_by) <= 26);

-- +goose Down
ALTER TABLE deliveries DROP COLUMN claimed_by;
