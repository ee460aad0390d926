-- +goose Up
CREATE TABLE webhooks (
    id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    name VARCHAR(100) NOT NULL,
    url VARCHAR(2048) NOT NULL,
    events VARCHAR(1000) NOT NULL,
    secret VARBINARY(255) NOT NULL,
    previous_secret VARBINARY(255),
    previous_until DATETIME(6),
    created_at DATETIME(6) NOT NULL,
    updated_at DATETIME(6) NOT NULL,
    failing_since DATETIME(6),
    disabled_at DATETIME(6),
    disabled_reason VARCHAR(200) NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE deliveries (
    id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    webhook_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    event_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    type VARCHAR(64) NOT NULL,
    event TEXT NOT NULL,
    state VARCHAR(16) NOT NULL CHECK (state IN ('PENDING', 'DELIVERED', 'FAILED')),
    reason VARCHAR(200) NOT NULL,
    tries INT NOT NULL,
    attempts TEXT NOT NULL,
    created_at DATETIME(6) NOT NULL,
    queued_at DATETIME(6) NOT NULL,
    due_at DATETIME(6) NOT NULL,
    finished_at DATETIME(6),
    KEY deliveries_by_webhook (webhook_id, id),
    KEY deliveries_due (webhook_id, state, due_at),
    CONSTRAINT deliveries_webhook FOREIGN KEY (webhook_id) REFERENCES webhooks (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE deliveries;
DROP TABLE webhooks;
