-- +goose Up
CREATE TABLE messages (
    id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    meeting_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    occurrence_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    participant_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    sender_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin,
    sender_name VARCHAR(100) NOT NULL,
    number BIGINT UNSIGNED NOT NULL,
    client_id VARCHAR(64) NOT NULL,
    text TEXT NOT NULL,
    created_at DATETIME(6) NOT NULL,
    UNIQUE KEY messages_by_meeting_and_number (meeting_id, number),
    UNIQUE KEY messages_by_participant_and_client_id (participant_id, client_id),
    KEY messages_by_meeting_and_created_at (meeting_id, created_at),
    KEY messages_by_occurrence (occurrence_id),
    KEY messages_by_sender (sender_id),
    CONSTRAINT messages_meeting FOREIGN KEY (meeting_id) REFERENCES meetings (id) ON DELETE CASCADE,
    CONSTRAINT messages_occurrence FOREIGN KEY (occurrence_id) REFERENCES occurrences (id) ON DELETE CASCADE,
    CONSTRAINT messages_participant FOREIGN KEY (participant_id) REFERENCES participants (id) ON DELETE CASCADE,
    CONSTRAINT messages_sender FOREIGN KEY (sender_id) REFERENCES users (id) ON DELETE SET NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE messages;
