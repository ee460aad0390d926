package tracing

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Config says where spans go.
type Config struct {
	// Endpoint of the collector, such as http://127.0.0.1:4318. Empty: nothing is traced.
	Endpoint string
	// Ratio of traces that are kept, between 0 and 1. A client has no say in it.
	Ratio float64
	// Version and Node name this process.
	Version, Node string
}

// Validate says in one sentence what cannot work.
func (c Config) Validate() error {
	if c.Ratio < 0 || c.Ratio > 1 {
		return fmt.Errorf("the share of traces is %v, and must lie between 0 and 1", c.Ratio)
	}
	if c.Endpoint == "" {
		return nil
	}
	if u, err := url.Parse(c.Endpoint); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return fmt.Errorf("the collector is not of the form http://127.0.0.1:4318")
	}
	return nil
}

const (
	// exportWithin is how long the collector may take; queue is how many spans wait for it, and those beyond are dropped.
	exportWithin = 5 * time.Second
	queue        = 2048
)

// Provider hands out tracers. Without a collector it traces nothing.
type Provider struct{ sdk *sdktrace.TracerProvider }

// New connects nowhere yet: a collector that is away costs spans, and nothing else.
func New(c Config, log *slog.Logger) (*Provider, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("tracing: %w", err)
	}
	if c.Endpoint == "" {
		return &Provider{}, nil
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Debug("spans were lost", "error", err) }))
	out := &exporter{
		url: strings.TrimSuffix(c.Endpoint, "/") + "/v1/traces", client: &http.Client{Timeout: exportWithin},
	}
	return &Provider{sdk: sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(out, sdktrace.WithMaxQueueSize(queue), sdktrace.WithExportTimeout(exportWithin)),
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(c.Ratio))),
		sdktrace.WithResource(resource.NewSchemaless(
			attribute.String("service.name", "plenum"), attribute.String("service.version", c.Version), attribute.String("service.instance.id", c.Node),
		)),
	)}, nil
}

// Tracer for a package of ours, nil if nothing is traced.
func (p *Provider) Tracer(name string) trace.Tracer {
	if p.sdk == nil {
		return nil
	}
	return p.sdk.Tracer(name)
}

// Close sends what is left, as long as ctx lasts.
func (p *Provider) Close(ctx context.Context) error {
	if p.sdk == nil {
		return nil
	}
	if err := p.sdk.Shutdown(ctx); err != nil {
		return fmt.Errorf("sending the last spans: %w", err)
	}
	return nil
}
