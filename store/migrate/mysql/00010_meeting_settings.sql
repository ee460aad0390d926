-- +goose Up
ALTER TABLE meetings
    ADD COLUMN lobby BOOLEAN NOT NULL DEFAULT FALSE,
    ADD COLUMN locked BOOLEAN NOT NULL DEFAULT FALSE,
    ADD COLUMN chat_history VARCHAR(16) NOT NULL DEFAULT 'all' CHECK (chat_history IN ('all', 'joined', 'none')),
    ADD COLUMN denied VARCHAR(255) NOT NULL DEFAULT '',
    ADD COLUMN starts_at DATETIME(6),
    ADD COLUMN minutes INT NOT NULL DEFAULT 0,
    ADD COLUMN time_zone VARCHAR(64) NOT NULL DEFAULT '',
    ADD COLUMN recurrence VARCHAR(255) NOT NULL DEFAULT '',
    ADD COLUMN over_at DATETIME(6),
    ADD KEY meetings_by_over_at (over_at);

-- +goose Down
ALTER TABLE meetings
    DROP KEY meetings_by_over_at,
    DROP COLUMN over_at,
    DROP COLUMN recurrence,
    DROP COLUMN time_zone,
    DROP COLUMN minutes,
    DROP COLUMN starts_at,
    DROP COLUMN denied,
    DROP COLUMN chat_history,
    DROP COLUMN locked,
    DROP COLUMN lobby;
