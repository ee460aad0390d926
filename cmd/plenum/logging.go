package main

import (
	"io"
	"log/slog"
)

// logOptions say what is logged and how.
type logOptions struct {
	LogLevel  string `enum:"debug,info,warn,error," default:"" placeholder:"LEVEL" help:"Least level that is logged: debug, info, warn or error. The admin listener changes it while the server runs: PUT /debug/log-level. Default: info for serve, warn for the other commands."`
	LogFormat string `enum:"text,json" default:"text" placeholder:"FORMAT" help:"Form of the log: text or json. Default: ${default}."`
}

// logger writes to w; usual is the level where none was asked for.
func (o logOptions) logger(w io.Writer, usual slog.Level) *slog.Logger {
	level := &slog.LevelVar{}
	level.Set(usual)
	if o.LogLevel != "" {
		// The enum above lets only levels through that parse.
		_ = level.UnmarshalText([]byte(o.LogLevel))
	}
	options := &slog.HandlerOptions{Level: level}
	if o.LogFormat == "json" {
		return slog.New(adjustable{slog.NewJSONHandler(w, options), level})
	}
	return slog.New(adjustable{slog.NewTextHandler(w, options), level})
}

// adjustable is a handler whose level can be changed. What is derived from it is a plain handler with the same level.
type adjustable struct {
	slog.Handler
	level *slog.LevelVar
}

// levelOf is the level of a log that logger made, nil of any other.
func levelOf(log *slog.Logger) *slog.LevelVar {
	if h, ok := log.Handler().(adjustable); ok {
		return h.level
	}
	return nil
}
