-- +goose Up
ALTER TABLE messages ADD COLUMN recipient_id TEXT CHECK (length(recipient_id) <= 26) REFERENCES participants (id) ON DELETE CASCADE;
ALTER TABLE messages ADD COLUMN recipient_user_id TEXT CHECK (length(recipient_user_id) <= 26);
ALTER TABLE messages ADD COLUMN recipient_name TEXT NOT NULL DEFAULT '' CHECK (length(recipient_name) <= 100);
ALTER TABLE messages ADD COLUMN reply_to INTEGER;
ALTER TABLE messages ADD COLUMN edited_at DATETIME;
ALTER TABLE messages ADD COLUMN deleted_at DATETIME;
CREATE INDEX messages_by_recipient ON messages (recipient_id);

-- +goose Down
DROP INDEX messages_by_recipient;
ALTER TABLE messages DROP COLUMN deleted_at;
ALTER TABLE messages DROP COLUMN edited_at;
ALTER TABLE messages DROP COLUMN reply_to;
ALTER TABLE messages DROP COLUMN recipient_name;
ALTER TABLE messages DROP COLUMN recipient_user_id;
ALTER TABLE messages DROP COLUMN recipient_id;
