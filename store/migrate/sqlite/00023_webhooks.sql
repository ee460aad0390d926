-- +goose Up
CREATE TABLE webhooks (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) <= 26),
    name TEXT NOT NULL CHECK (length(name) <= 100),
    url TEXT NOT NULL CHECK (length(url) <= 2048),
    events TEXT NOT NULL CHECK (length(events) <= 1000),
    secret BLOB NOT NULL CHECK (length(secret) <= 255),
    previous_secret BLOB CHECK (length(previous_secret) <= 255),
    previous_until DATETIME,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    failing_since DATETIME,
    disabled_at DATETIME,
    disabled_reason TEXT NOT NULL CHECK (length(disabled_reason) <= 200)
);
CREATE TABLE deliveries (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) <= 26),
    webhook_id TEXT NOT NULL CHECK (length(webhook_id) <= 26),
    event_id TEXT NOT NULL CHECK (length(event_id) <= 26),
    type TEXT NOT NULL CHECK (length(type) <= 64),
    event TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('PENDING', 'DELIVERED', 'FAILED')),
    reason TEXT NOT NULL CHECK (length(reason) <= 200),
    tries INTEGER NOT NULL,
    attempts TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    queued_at DATETIME NOT NULL,
    due_at DATETIME NOT NULL,
    finished_at DATETIME,
    CONSTRAINT deliveries_webhook FOREIGN KEY (webhook_id) REFERENCES webhooks (id) ON DELETE CASCADE
);
CREATE INDEX deliveries_by_webhook ON deliveries (webhook_id, id);
CREATE INDEX deliveries_due ON deliveries (webhook_id, state, due_at);

-- +goose Down
DROP TABLE deliveries;
DROP TABLE webhooks;
