-- +goose Up
CREATE TABLE occurrences (
    id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    meeting_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    epoch BIGINT UNSIGNED NOT NULL,
    started_at DATETIME(6) NOT NULL,
    ended_at DATETIME(6),
    running BOOLEAN CHECK (running),
    UNIQUE KEY occurrences_by_meeting_and_epoch (meeting_id, epoch),
    UNIQUE KEY occurrences_by_meeting_running (meeting_id, running),
    CONSTRAINT occurrences_meeting FOREIGN KEY (meeting_id) REFERENCES meetings (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE occurrences;
