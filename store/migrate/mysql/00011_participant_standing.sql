-- +goose Up
-- MySQL names the check and keeps it when the column changes; MariaDB, which reads no such comment, does not.
ALTER TABLE participants /*!80016 DROP CHECK participants_chk_1, */
    MODIFY role VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL CHECK (role IN ('HOST', 'COHOST', 'PARTICIPANT')),
    ADD COLUMN overrides VARCHAR(255) NOT NULL DEFAULT '',
    ADD COLUMN device VARCHAR(64) NOT NULL DEFAULT '',
    ADD COLUMN removed_at DATETIME(6);

-- +goose Down
UPDATE participants SET role = 'PARTICIPANT' WHERE role = 'COHOST';
ALTER TABLE participants
    MODIFY role VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL CHECK (role IN ('HOST', 'PARTICIPANT')),
    DROP COLUMN removed_at,
    DROP COLUMN device,
    DROP COLUMN overrides;
