-- +goose Up
CREATE TABLE invitations (
    id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    meeting_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    role VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL CHECK (role IN ('COHOST', 'PARTICIPANT')),
    skip_lobby BOOLEAN NOT NULL,
    hash VARBINARY(64) NOT NULL,
    not_before DATETIME(6),
    expires_at DATETIME(6),
    max_uses INT,
    uses INT NOT NULL,
    created_at DATETIME(6) NOT NULL,
    revoked_at DATETIME(6),
    UNIQUE KEY invitations_by_hash (hash),
    KEY invitations_by_meeting (meeting_id),
    CONSTRAINT invitations_meeting FOREIGN KEY (meeting_id) REFERENCES meetings (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE invitations;
