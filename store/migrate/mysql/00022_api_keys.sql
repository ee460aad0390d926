-- +goose Up
CREATE TABLE api_keys (
    id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    name VARCHAR(64) NOT NULL,
    prefix VARCHAR(16) NOT NULL,
    hash VARBINARY(64) NOT NULL,
    scopes VARCHAR(500) NOT NULL,
    creator VARCHAR(64) NOT NULL,
    created_at DATETIME(6) NOT NULL,
    expires_at DATETIME(6),
    revoked_at DATETIME(6),
    last_used_at DATETIME(6),
    UNIQUE KEY api_keys_by_hash (hash)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE api_keys;
