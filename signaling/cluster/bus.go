package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// What nodes use of NATS; a sample of permissions is in deploy/nats.
const (
	Bucket        = "plenum_rooms"
	subjectNode   = "plenum.node"
	subjectNotice = "plenum.told"
)

const (
	memoryInProcess = 64 << 20 // bytes; a record has some hundred
	replicas        = 3        // of the records, where NATS has as many servers
)

// bus is the connection to NATS.
type bus struct {
	inside *server.Server // nil if NATS is elsewhere
	conn   *nats.Conn
	js     jetstream.JetStream
	rooms  jetstream.KeyValue
}

func openBus(ctx context.Context, cfg Config, log *slog.Logger, reconnected func()) (_ *bus, err error) {
	b := &bus{}
	defer func() {
		if err != nil {
			b.close()
		}
	}()
	if err := b.connect(cfg, log, reconnected); err != nil {
		return nil, err
	}
	if b.rooms, err = b.bucket(ctx, cfg); err != nil {
		return nil, noBucket(err)
	}
	return b, nil
}

func (b *bus) connect(cfg Config, log *slog.Logger, reconnected func()) (err error) {
	options := []nats.Option{
		nats.Name("plenum " + cfg.Node), nats.MaxReconnects(-1), nats.Timeout(cfg.Within),
		nats.ReconnectWait(cfg.Beat), nats.PingInterval(cfg.Silence), nats.MaxPingsOutstanding(1),
		// What could not be said in time is not said later.
		nats.ReconnectBufSize(-1),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { log.Warn("NATS", "error", err) }),
		nats.ReconnectHandler(func(*nats.Conn) { reconnected() }),
	}
	if cfg.URL == "" {
		if b.inside, err = startInside(cfg); err != nil {
			return err
		}
		options = append(options, nats.InProcessServer(b.inside))
	}
	if cfg.Credentials != "" {
		options = append(options, nats.UserCredentials(cfg.Credentials))
	}
	if cfg.CA != "" {
		options = append(options, nats.RootCAs(cfg.CA))
	}
	if b.conn, err = nats.Connect(cfg.URL, options...); err != nil {
		if wrong, ok := errors.AsType[*url.Error](err); ok {
			err = wrong.Err // the address itself may have a password in it
		}
		return fmt.Errorf("NATS cannot be reached: %w", err)
	}
	b.js, err = jetstream.New(b.conn, jetstream.WithDefaultTimeout(cfg.Within))
	if err != nil {
		return fmt.Errorf("JetStream of NATS: %w", err)
	}
	return nil
}

// Try finds out whether a node with this configuration could join, and how long NATS takes to answer. Nothing is changed there.
func Try(ctx context.Context, cfg Config) (took time.Duration, err error) {
	b := &bus{}
	defer b.close()
	if err := b.connect(cfg, slog.New(slog.DiscardHandler), func() {}); err != nil {
		return 0, err
	}
	began := time.Now()
	if _, err := b.js.KeyValue(ctx, Bucket); err != nil && !errors.Is(err, jetstream.ErrBucketNotFound) {
		return 0, noBucket(err)
	}
	return time.Since(began), nil
}

func noBucket(err error) error {
	return fmt.Errorf("the bucket %s in NATS (is JetStream on, and is the user allowed to make it?): %w", Bucket, err)
}

func startInside(cfg Config) (*server.Server, error) {
	inside, err := server.NewServer(&server.Options{
		ServerName: cfg.Node, DontListen: true, NoSigs: true, NoLog: true,
		JetStream: true, StoreDir: cfg.Dir, JetStreamMaxMemory: memoryInProcess,
	})
	if err != nil {
		return nil, fmt.Errorf("NATS in process: %w", err)
	}
	inside.Start()
	if !inside.ReadyForConnections(10 * time.Second) {
		inside.Shutdown()
		return nil, errors.New("NATS in process does not start")
	}
	return inside, nil
}

// bucket finds the bucket or makes it, with as many replicas as there can be by now.
func (b *bus) bucket(ctx context.Context, cfg Config) (jetstream.KeyValue, error) {
	wanted := jetstream.KeyValueConfig{Bucket: Bucket, Description: "where each meeting lives", TTL: cfg.Life, Storage: jetstream.MemoryStorage, Replicas: 1}
	within := func(do func(context.Context) (jetstream.KeyValue, error)) (jetstream.KeyValue, error) {
		ctx, cancel := context.WithTimeout(ctx, cfg.Within)
		defer cancel()
		return do(ctx)
	}
	made := func(ctx context.Context) (jetstream.KeyValue, error) { return b.js.CreateOrUpdateKeyValue(ctx, wanted) }
	rooms, err := within(func(ctx context.Context) (jetstream.KeyValue, error) { return b.js.KeyValue(ctx, Bucket) })
	if err != nil && !errors.Is(err, jetstream.ErrBucketNotFound) {
		return nil, err
	}
	there := err == nil
	if b.conn.ConnectedClusterName() != "" && !(there && replicated(ctx, rooms, cfg.Within)) {
		wanted.Replicas = replicas
		if more, err := within(made); err == nil {
			return more, nil
		}
		wanted.Replicas = 1
	}
	if there {
		return rooms, nil
	}
	return within(made)
}

// replicated says that a bucket has all its replicas; one that cannot be asked is left as it is.
func replicated(ctx context.Context, rooms jetstream.KeyValue, within time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	status, err := rooms.Status(ctx)
	if err != nil {
		return true
	}
	bucket, ok := status.(*jetstream.KeyValueBucketStatus)
	return !ok || bucket.StreamInfo().Config.Replicas >= replicas
}

func (b *bus) connected() bool { return b.conn.Status() == nats.CONNECTED }

func (b *bus) close() {
	if b.conn != nil {
		b.conn.Close()
	}
	if b.inside != nil {
		b.inside.Shutdown()
		b.inside.WaitForShutdown()
	}
}
