-- +goose Up
CREATE TABLE participants (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) <= 26),
    occurrence_id TEXT NOT NULL CHECK (length(occurrence_id) <= 26),
    meeting_id TEXT NOT NULL CHECK (length(meeting_id) <= 26),
    user_id TEXT CHECK (length(user_id) <= 26),
    name TEXT NOT NULL CHECK (length(name) <= 100),
    role TEXT NOT NULL CHECK (role IN ('HOST', 'PARTICIPANT')),
    status TEXT NOT NULL CHECK (status IN ('INVITED', 'WAITING', 'JOINED', 'LEFT')),
    guest BOOLEAN NOT NULL,
    joined_at DATETIME,
    left_at DATETIME,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    CONSTRAINT participants_occurrence FOREIGN KEY (occurrence_id) REFERENCES occurrences (id) ON DELETE CASCADE,
    CONSTRAINT participants_meeting FOREIGN KEY (meeting_id) REFERENCES meetings (id) ON DELETE CASCADE,
    CONSTRAINT participants_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL
);
CREATE UNIQUE INDEX participants_by_occurrence_and_user ON participants (occurrence_id, user_id);
CREATE INDEX participants_by_meeting_and_status ON participants (meeting_id, status);
CREATE INDEX participants_by_user ON participants (user_id);

-- +goose Down
DROP TABLE participants;
