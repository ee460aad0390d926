-- +goose Up
CREATE TABLE occurrences (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) <= 26),
    meeting_id TEXT NOT NULL CHECK (length(meeting_id) <= 26),
    epoch INTEGER NOT NULL,
    started_at DATETIME NOT NULL,
    ended_at DATETIME,
    running BOOLEAN CHECK (running),
    CONSTRAINT occurrences_meeting FOREIGN KEY (meeting_id) REFERENCES meetings (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX occurrences_by_meeting_and_epoch ON occurrences (meeting_id, epoch);
CREATE UNIQUE INDEX occurrences_by_meeting_running ON occurrences (meeting_id, running);

-- +goose Down
DROP TABLE occurrences;
