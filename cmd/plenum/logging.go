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
	level.Set(o.level(usual))
	options := &slog.HandlerOptions{Level: level}
	if o.LogFormat == "json" {
		return slog.New(changeable{slog.NewJSONHandler(w, options), level})
	}
	return slog.New(changeable{slog.NewTextHandler(w, options), level})
}

// level is what was asked for, or else the usual one.
func (o logOptions) level(usual slog.Level) slog.Level {
	level := usual
	if o.LogLevel != "" {
		// The enum above lets only levels through that parse.
		_ = level.UnmarshalText([]byte(o.LogLevel))
	}
	return level
}

// changeable is a handler whose level can be changed. What is derived from it is a plain handler with the same level.
type changeable struct {
	slog.Handler
	level *slog.LevelVar
}

// levelOf is the level of a log that logger made, nil of any other.
func levelOf(log *slog.Logger) *slog.LevelVar {
	if h, ok := log.Handler().(changeable); ok {
		return h.level
	}
	return nil
}
