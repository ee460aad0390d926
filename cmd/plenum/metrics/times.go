package metrics

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/store"
)

const (
	joinDuration     = "plenum_join_duration_seconds"
	firstPicture     = "plenum_first_picture_seconds"
	databaseDuration = "plenum_database_duration_seconds"
	databaseErrors   = "plenum_database_errors_total"
	httpRequests     = "plenum_http_requests_total"
	httpDuration     = "plenum_http_request_duration_seconds"
)

var (
	// seconds of what people wait for.
	seconds = []float64{0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30}
	// briefly is what machines wait for.
	briefly = []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5}
)

// socketRoute lasts as long as a call.
const socketRoute = "/ws"

// Times take how long things took, from whoever did them. They are safe from any goroutine and never wait.
type Times struct {
	join, picture prometheus.Histogram
	database      *prometheus.HistogramVec
	errors        *prometheus.CounterVec
	requests      *prometheus.CounterVec
	http          *prometheus.HistogramVec
}

// NewTimes makes them, empty.
func NewTimes() *Times {
	t := &Times{
		join:     histogramOf(joinDuration).WithLabelValues().(prometheus.Histogram),
		picture:  histogramOf(firstPicture).WithLabelValues().(prometheus.Histogram),
		database: histogramOf(databaseDuration), errors: counterOf(databaseErrors),
		requests: counterOf(httpRequests), http: histogramOf(httpDuration),
	}
	for _, kind := range []string{unavailable, fault} {
		t.errors.WithLabelValues(kind)
	}
	return t
}

func (t *Times) collectors() []prometheus.Collector {
	return []prometheus.Collector{t.join, t.picture, t.database, t.errors, t.requests, t.http}
}

// Joined is for signaling.Config.
func (t *Times) Joined(took time.Duration) { t.join.Observe(took.Seconds()) }

// FirstPicture is for sfu.Config.
func (t *Times) FirstPicture(took time.Duration) { t.picture.Observe(took.Seconds()) }

const (
	unavailable = "unavailable"
	fault       = "fault"
)

// Asked is for store.Config. Answers such as "not found" are no errors.
func (t *Times) Asked(work store.Work, took time.Duration, err error) {
	t.database.WithLabelValues(string(work)).Observe(took.Seconds())
	switch {
	case errors.Is(err, store.ErrUnavailable):
		t.errors.WithLabelValues(unavailable).Inc()
	case err != nil && work == store.Question && !expected(err):
		// A transaction fails with what its caller says, too.
		t.errors.WithLabelValues(fault).Inc()
	}
}

func expected(err error) bool {
	return slices.ContainsFunc([]error{store.ErrNotFound, store.ErrTaken, store.ErrConflict, store.ErrInvalid}, func(known error) bool {
		return errors.Is(err, known)
	})
}

// Answered is for api.Parts.
func (t *Times) Answered(a api.Answered) {
	t.requests.WithLabelValues(a.Method, a.Route, strconv.Itoa(a.Status)).Inc()
	if a.Route != socketRoute {
		t.http.WithLabelValues(a.Route).Observe(a.Took.Seconds())
	}
}

// histogramOf makes the family of that name.
func histogramOf(name string) *prometheus.HistogramVec {
	f := familyOf(name)
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: f.name, Help: f.help, Buckets: f.bounds}, f.labels)
}

func counterOf(name string) *prometheus.CounterVec {
	f := familyOf(name)
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: f.name, Help: f.help}, f.labels)
}

func familyOf(name string) family {
	all := families()
	return all[slices.IndexFunc(all, func(f family) bool { return f.name == name })]
}
