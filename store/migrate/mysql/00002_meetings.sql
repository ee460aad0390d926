-- +goose Up
CREATE TABLE meetings (
    id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    code VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    title VARCHAR(200) NOT NULL,
    host_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    guests_allowed BOOLEAN NOT NULL,
    created_at DATETIME(6) NOT NULL,
    updated_at DATETIME(6) NOT NULL,
    ended_at DATETIME(6),
    deleted_at DATETIME(6),
    UNIQUE KEY meetings_by_code (code),
    KEY meetings_by_host (host_id),
    KEY meetings_by_created_at (created_at),
    CONSTRAINT meetings_host FOREIGN KEY (host_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE meetings;
