package client_test

import (
	"context"
	"errors"
	"log"
	"os"
	"os/signal"
	"time"

	"github.com/plenum-meet/plenum/signaling/client"
	"github.com/plenum-meet/plenum/signaling/message"
)

// A bot that goes on where it was when the network comes back.
func ExampleClient_Resume() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancel()

	bot, err := client.Dial(ctx, client.Options{URL: "ws://localhost:8080/ws", Grant: os.Getenv("GRANT")})
	if err != nil {
		log.Fatal(err)
	}
	defer bot.Close()
	if _, err := bot.Join(ctx); err != nil {
		log.Fatal(err)
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-bot.Done():
		}
		var refused message.Error
		snapshot, err := bot.Resume(ctx)
		switch {
		case errors.As(err, &refused):
			log.Fatal(err) // removed, or the meeting has ended
		case err != nil:
			time.Sleep(time.Second) //nolint:forbidigo // no network yet
		case snapshot != nil:
			log.Printf("back after too long: %d people are in the meeting", len(snapshot.Participants))
		}
	}
}

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
