package main

import (
	"context"
	"fmt"

	"github.com/plenum-meet/plenum/api/webhook"
	"github.com/plenum-meet/plenum/store"
)

// webhookConfig is the courier's own configuration with what was given on the command line.
func (c serveCommand) webhookConfig() webhook.Config {
	cfg := webhook.Default()
	cfg.Allowed = c.WebhookAllow
	return cfg
}

func (c serveCommand) validateWebhooks() error {
	if err := c.webhookConfig().Validate(); err != nil {
		return fmt.Errorf("--webhook-allow: %w", err)
	}
	return nil
}

// startWebhooks has what happens told to those who want to be told. It stops when nothing more can happen, and before the store does.
func (n *node) startWebhooks(records *store.Store, secrets ...[]byte) (*webhook.Courier, error) {
	if err := n.cfg.validateWebhooks(); err != nil {
		return nil, err
	}
	seal, err := webhook.NewSeal(secrets...)
	if err != nil {
		return nil, err
	}
	courier, err := webhook.New(n.cfg.webhookConfig(), records, seal, n.log)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		courier.Run(ctx)
	}()
	n.onStop("webhooks", func(context.Context) error {
		cancel()
		<-done
		return nil
	})
	return courier, nil
}
