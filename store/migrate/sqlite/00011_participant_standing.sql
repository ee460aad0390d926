-- +goose Up
ALTER TABLE participants ADD COLUMN overrides TEXT NOT NULL DEFAULT '' CHECK (length(overrides) <= 255);
ALTER TABLE participants ADD COLUMN device TEXT NOT NULL DEFAULT '' CHECK (length(device) <= 64);
ALTER TABLE participants ADD COLUMN removed_at DATETIME;
-- A check cannot be changed; it goes with its column.
ALTER TABLE participants ADD COLUMN next_role TEXT NOT NULL DEFAULT 'PARTICIPANT' CHECK (next_role IN ('HOST', 'COHOST', 'PARTICIPANT'));
UPDATE participants SET next_role = role;
ALTER TABLE participants DROP COLUMN role;
ALTER TABLE participants RENAME COLUMN next_role TO role;

-- +goose Down
UPDATE participants SET role = 'PARTICIPANT' WHERE role = 'COHOST';
ALTER TABLE participants ADD COLUMN next_role TEXT NOT NULL DEFAULT 'PARTICIPANT' CHECK (next_role IN ('HOST', 'PARTICIPANT'));
UPDATE participants SET next_role = role;
ALTER TABLE participants DROP COLUMN role;
ALTER TABLE participants RENAME COLUMN next_role TO role;
ALTER TABLE participants DROP COLUMN removed_at;
ALTER TABLE participants DROP COLUMN device;
ALTER TABLE participants DROP COLUMN overrides;
