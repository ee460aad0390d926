-- +goose Up
ALTER TABLE meetings ADD COLUMN lobby BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE meetings ADD COLUMN locked BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE meetings ADD COLUMN chat_history TEXT NOT NULL DEFAULT 'all' CHECK (chat_history IN ('all', 'joined', 'none'));
ALTER TABLE meetings ADD COLUMN denied TEXT NOT NULL DEFAULT '' CHECK (length(denied) <= 255);
ALTER TABLE meetings ADD COLUMN starts_at DATETIME;
ALTER TABLE meetings ADD COLUMN minutes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE meetings ADD COLUMN time_zone TEXT NOT NULL DEFAULT '' CHECK (length(time_zone) <= 64);
ALTER TABLE meetings ADD COLUMN recurrence TEXT NOT NULL DEFAULT '' CHECK (length(recurrence) <= 255);
ALTER TABLE meetings ADD COLUMN over_at DATETIME;
CREATE INDEX meetings_by_over_at ON meetings (over_at);

-- +goose Down
DROP INDEX meetings_by_over_at;
ALTER TABLE meetings DROP COLUMN over_at;
ALTER TABLE meetings DROP COLUMN recurrence;
ALTER TABLE meetings DROP COLUMN time_zone;
ALTER TABLE meetings DROP COLUMN minutes;
ALTER TABLE meetings DROP COLUMN starts_at;
ALTER TABLE meetings DROP COLUMN denied;
ALTER TABLE meetings DROP COLUMN chat_history;
ALTER TABLE meetings DROP COLUMN locked;
ALTER TABLE meetings DROP COLUMN lobby;
