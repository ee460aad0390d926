-- +goose Up
CREATE TABLE messages (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) <= 26),
    meeting_id TEXT NOT NULL CHECK (length(meeting_id) <= 26),
    occurrence_id TEXT NOT NULL CHECK (length(occurrence_id) <= 26),
    participant_id TEXT NOT NULL CHECK (length(participant_id) <= 26),
    sender_id TEXT CHECK (length(sender_id) <= 26),
    sender_name TEXT NOT NULL CHECK (length(sender_name) <= 100),
    number INTEGER NOT NULL,
    client_id TEXT NOT NULL CHECK (length(client_id) <= 64),
    text TEXT NOT NULL CHECK (length(CAST(text AS BLOB)) <= 65535),
    created_at DATETIME NOT NULL,
    CONSTRAINT messages_meeting FOREIGN KEY (meeting_id) REFERENCES meetings (id) ON DELETE CASCADE,
    CONSTRAINT messages_occurrence FOREIGN KEY (occurrence_id) REFERENCES occurrences (id) ON DELETE CASCADE,
    CONSTRAINT messages_participant FOREIGN KEY (participant_id) REFERENCES participants (id) ON DELETE CASCADE,
    CONSTRAINT messages_sender FOREIGN KEY (sender_id) REFERENCES users (id) ON DELETE SET NULL
);
CREATE UNIQUE INDEX messages_by_meeting_and_number ON messages (meeting_id, number);
CREATE UNIQUE INDEX messages_by_participant_and_client_id ON messages (participant_id, client_id);
CREATE INDEX messages_by_meeting_and_created_at ON messages (meeting_id, created_at);
CREATE INDEX messages_by_occurrence ON messages (occurrence_id);
CREATE INDEX messages_by_sender ON messages (sender_id);

-- +goose Down
DROP TABLE messages;
