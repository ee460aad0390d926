-- +goose Up
CREATE TABLE reactions (
    id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    meeting_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    number BIGINT UNSIGNED NOT NULL,
    participant_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    emoji VARCHAR(16) NOT NULL,
    UNIQUE KEY reactions_once (meeting_id, number, participant_id, emoji),
    KEY reactions_by_participant (participant_id),
    CONSTRAINT reactions_meeting FOREIGN KEY (meeting_id) REFERENCES meetings (id) ON DELETE CASCADE,
    CONSTRAINT reactions_participant FOREIGN KEY (participant_id) REFERENCES participants (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE reactions;
