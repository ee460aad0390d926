-- +goose Up
ALTER TABLE participant_sessions
    ADD COLUMN quality_up INT,
    ADD COLUMN quality_down INT,
    ADD COLUMN freezes INT NOT NULL DEFAULT 0,
    ADD COLUMN frozen_milliseconds INT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE participant_sessions
    DROP COLUMN frozen_milliseconds,
    DROP COLUMN freezes,
    DROP COLUMN quality_down,
    DROP COLUMN quality_up;
