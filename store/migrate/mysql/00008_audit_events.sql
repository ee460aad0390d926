-- +goose Up
CREATE TABLE audit_events (
    id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    actor VARCHAR(254) NOT NULL,
    action VARCHAR(64) NOT NULL,
    target VARCHAR(254) NOT NULL,
    meeting_id VARCHAR(26) NOT NULL,
    result VARCHAR(64) NOT NULL,
    address VARCHAR(64) NOT NULL,
    at DATETIME(6) NOT NULL,
    KEY audit_events_by_actor (actor),
    KEY audit_events_by_meeting (meeting_id),
    KEY audit_events_by_at (at)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE audit_events;
