-- +goose Up
CREATE TABLE refresh_tokens (
    id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    family_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    parent_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin,
    hash VARBINARY(64) NOT NULL,
    issued_at DATETIME(6) NOT NULL,
    idle_expires_at DATETIME(6) NOT NULL,
    expires_at DATETIME(6) NOT NULL,
    used_at DATETIME(6),
    revoked_at DATETIME(6),
    user_agent VARCHAR(255) NOT NULL,
    address VARCHAR(64) NOT NULL,
    UNIQUE KEY refresh_tokens_by_hash (hash),
    UNIQUE KEY refresh_tokens_by_parent (parent_id),
    KEY refresh_tokens_by_family (family_id),
    KEY refresh_tokens_by_user (user_id),
    KEY refresh_tokens_by_expires_at (expires_at),
    CONSTRAINT refresh_tokens_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE refresh_tokens;
