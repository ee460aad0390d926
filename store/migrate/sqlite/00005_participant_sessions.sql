-- +goose Up
CREATE TABLE participant_sessions (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) <= 26),
    participant_id TEXT NOT NULL CHECK (length(participant_id) <= 26),
    joined_at DATETIME NOT NULL,
    left_at DATETIME,
    CONSTRAINT participant_sessions_participant FOREIGN KEY (participant_id) REFERENCES participants (id) ON DELETE CASCADE
);
CREATE INDEX participant_sessions_by_participant ON participant_sessions (participant_id);

-- +goose Down
DROP TABLE participant_sessions;
