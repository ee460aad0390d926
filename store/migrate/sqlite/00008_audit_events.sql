-- +goose Up
CREATE TABLE audit_events (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) <= 26),
    actor TEXT NOT NULL CHECK (length(actor) <= 254),
    action TEXT NOT NULL CHECK (length(action) <= 64),
    target TEXT NOT NULL CHECK (length(target) <= 254),
    meeting_id TEXT NOT NULL CHECK (length(meeting_id) <= 26),
    result TEXT NOT NULL CHECK (length(result) <= 64),
    address TEXT NOT NULL CHECK (length(address) <= 64),
    at DATETIME NOT NULL
);
CREATE INDEX audit_events_by_actor ON audit_events (actor);
CREATE INDEX audit_events_by_meeting ON audit_events (meeting_id);
CREATE INDEX audit_events_by_at ON audit_events (at);

-- +goose Down
DROP TABLE audit_events;
