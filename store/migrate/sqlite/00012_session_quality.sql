-- +goose Up
ALTER TABLE participant_sessions ADD COLUMN quality_up INTEGER;
ALTER TABLE participant_sessions ADD COLUMN quality_down INTEGER;
ALTER TABLE participant_sessions ADD COLUMN freezes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE participant_sessions ADD COLUMN frozen_milliseconds INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE participant_sessions DROP COLUMN frozen_milliseconds;
ALTER TABLE participant_sessions DROP COLUMN freezes;
ALTER TABLE participant_sessions DROP COLUMN quality_down;
ALTER TABLE participant_sessions DROP COLUMN quality_up;
