package main

import (
	"io"
	"log/slog"
)

// logOptions say what is logged and how.
type logOptions struct {
	LogLevel  string `enum:"debug,info,warn,error," default:"" placeholder:"LEVEL" help:"Least level that is logged: debug, info, warn or error. Default: info for serve, warn for the other commands."`
	LogFormat string `enum:"text,json" default:"text" placeholder:"FORMAT" help:"Form of the log: text or json. Default: ${default}."`
}

// logger writes to w; usual is the level where none was asked for.
func (o logOptions) logger(w io.Writer, usual slog.Level) *slog.Logger {
	level := usual
	if o.LogLevel != "" {
		// The enum above lets only levels through that parse.
		_ = level.UnmarshalText([]byte(o.LogLevel))
	}
	options := &slog.HandlerOptions{Level: level}
	if o.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
