-- +goose Up
CREATE TABLE reactions (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) <= 26),
    meeting_id TEXT NOT NULL CHECK (length(meeting_id) <= 26),
    number INTEGER NOT NULL,
    participant_id TEXT NOT NULL CHECK (length(participant_id) <= 26),
    emoji TEXT NOT NULL CHECK (length(emoji) <= 16),
    CONSTRAINT reactions_meeting FOREIGN KEY (meeting_id) REFERENCES meetings (id) ON DELETE CASCADE,
    CONSTRAINT reactions_participant FOREIGN KEY (participant_id) REFERENCES participants (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX reactions_once ON reactions (meeting_id, number, participant_id, emoji);
CREATE INDEX reactions_by_participant ON reactions (participant_id);

-- +goose Down
DROP TABLE reactions;
