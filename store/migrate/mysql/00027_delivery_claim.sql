-- +goose Up
ALTER TABLE deliveries ADD COLUMN claimed_by VARCHAR(26) NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE deliveries DROP COLUMN claimed_by;
