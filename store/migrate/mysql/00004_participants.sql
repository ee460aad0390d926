-- +goose Up
CREATE TABLE participants (
    id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    occurrence_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    meeting_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin,
    name VARCHAR(100) NOT NULL,
    role VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL CHECK (role IN ('HOST', 'PARTICIPANT')),
    status VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL CHECK (status IN ('INVITED', 'WAITING', 'JOINED', 'LEFT')),
    guest BOOLEAN NOT NULL,
    joined_at DATETIME(6),
    left_at DATETIME(6),
    created_at DATETIME(6) NOT NULL,
    updated_at DATETIME(6) NOT NULL,
    UNIQUE KEY participants_by_occurrence_and_user (occurrence_id, user_id),
    KEY participants_by_meeting_and_status (meeting_id, status),
    KEY participants_by_user (user_id),
    CONSTRAINT participants_occurrence FOREIGN KEY (occurrence_id) REFERENCES occurrences (id) ON DELETE CASCADE,
    CONSTRAINT participants_meeting FOREIGN KEY (meeting_id) REFERENCES meetings (id) ON DELETE CASCADE,
    CONSTRAINT participants_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE participants;
