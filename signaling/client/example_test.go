package client_test

import (
	"context"
	"log"
	"os"
	"os/signal"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// A guest that shows a test picture, hums, answers in the chat and stays until it is interrupted.
func Example() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancel()

	rest := client.REST{Base: "http://localhost:8080"}
	admission, err := rest.Join(ctx, os.Getenv("MEETING"), "Bot")
	if err != nil {
		log.Fatal(err)
	}
	var bot *client.Client
	bot, err = client.Dial(ctx, client.Options{URL: admission.SocketURL, Grant: admission.Grant, Events: func(m message.ServerMessage) {
		if chat, ok := m.(message.ChatMessage); ok && chat.Text == "hello bot" {
			_ = bot.Chat(ctx, "greeting-"+chat.ClientID, "hello "+chat.Name)
		}
	}})
	if err != nil {
		log.Fatal(err)
	}
	defer bot.Close()
	if _, err := bot.Join(ctx); err != nil {
		log.Fatal(err)
	}
	_, err = bot.Publish(ctx,
		client.Track{Source: message.Microphone, Feed: client.NewTone(30)},
		client.Track{Source: message.Camera, RIDs: []string{"q", "h", "f"}, Feed: client.NewPattern(30, client.Size{320, 180}, client.Size{640, 360}, client.Size{1280, 720})},
	)
	if err != nil {
		log.Fatal(err)
	}
	select {
	case <-ctx.Done():
	case <-bot.Done():
	}
}
