-- +goose Up
ALTER TABLE messages
    ADD COLUMN recipient_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin,
    ADD COLUMN recipient_user_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin,
    ADD COLUMN recipient_name VARCHAR(100) NOT NULL DEFAULT '',
    ADD COLUMN reply_to BIGINT UNSIGNED,
    ADD COLUMN edited_at DATETIME(6),
    ADD COLUMN deleted_at DATETIME(6),
    ADD KEY messages_by_recipient (recipient_id),
    ADD CONSTRAINT messages_recipient FOREIGN KEY (recipient_id) REFERENCES participants (id) ON DELETE CASCADE;

-- +goose Down
ALTER TABLE messages
    DROP FOREIGN KEY messages_recipient,
    DROP KEY messages_by_recipient,
    DROP COLUMN deleted_at,
    DROP COLUMN edited_at,
    DROP COLUMN reply_to,
    DROP COLUMN recipient_name,
    DROP COLUMN recipient_user_id,
    DROP COLUMN recipient_id;
