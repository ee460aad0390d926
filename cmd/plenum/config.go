package main

//go:generate sh -c "go run . config reference > ../../deploy/docs/configuration.md"

import (
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v4"
)

// configPath is where the configuration file is.
type configPath string

// configCommand is about the server's configuration, without starting one.
type configCommand struct {
	Print     configPrintCommand     `cmd:"" help:"Print every option as the server would have it, and where its value comes from. Secrets are never shown."`
	Validate  configValidateCommand  `cmd:"" help:"Check the configuration and say what is wrong with it."`
	Reference configReferenceCommand `cmd:"" help:"Print what every option means, as Markdown."`
}

type configPrintCommand struct {
	Server serveCommand `embed:""`
}

func (c configPrintCommand) Run(ctx *kong.Context, from *sources, to terminal) error {
	return printSettings(to.out, ctx, from)
}

type configValidateCommand struct {
	Server serveCommand `embed:""`
}

func (c configValidateCommand) Run(to terminal) error {
	if err := c.Server.validate(); err != nil {
		return err
	}
	fmt.Fprintln(to.out, "The configuration is in order. 'plenum config print' shows it.")
	return nil
}

type configReferenceCommand struct{}

func (configReferenceCommand) Run(ctx *kong.Context, to terminal) error {
	return printReference(to.out, serverOptions(ctx.Model))
}

// serverOptions are the options of the server, in the order in which they are declared.
func serverOptions(model *kong.Application) []*kong.Flag {
	for _, command := range model.Leaves(true) {
		if command.Name == "serve" {
			return options(slices.Concat(command.AllFlags(true)...))
		}
	}
	return nil
}

// options leaves out what is no setting: help.
func options(flags []*kong.Flag) []*kong.Flag {
	return slices.DeleteFunc(flags, func(f *kong.Flag) bool { return len(f.Envs) == 0 })
}

func printSettings(w io.Writer, ctx *kong.Context, from *sources) error {
	var document yaml.Node
	document.Kind = yaml.MappingNode
	for _, flag := range options(ctx.Flags()) {
		if _, ok := ctx.FlagValue(flag).(configPath); ok {
			continue // a file does not name itself
		}
		key := &yaml.Node{Kind: yaml.ScalarNode, Value: flag.Name}
		value, err := shown(flag, ctx.FlagValue(flag))
		if err != nil {
			return fmt.Errorf("printing --%s: %w", flag.Name, err)
		}
		value.LineComment = from.origin(ctx, flag)
		document.Content = append(document.Content, key, value)
	}
	text, err := yaml.Marshal(&document)
	if err != nil {
		return fmt.Errorf("printing the configuration: %w", err)
	}
	_, err = w.Write(text)
	return err
}

// shown is a value as the configuration file would have it. A secret is hidden, and that there is none is not.
func shown(flag *kong.Flag, value any) (*yaml.Node, error) {
	if isSecret(flag) && !reflect.ValueOf(value).IsZero() {
		return &yaml.Node{Kind: yaml.ScalarNode, Value: "(hidden)"}, nil
	}
	if reflect.TypeOf(value).Kind() == reflect.Slice {
		list := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for i := range reflect.ValueOf(value).Len() {
			list.Content = append(list.Content, scalar(reflect.ValueOf(value).Index(i).Interface()))
		}
		return list, nil
	}
	return scalar(value), nil
}

func scalar(value any) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode}
	if text := fmt.Sprint(value); text != "" && !reflect.ValueOf(value).IsZero() || reflect.TypeOf(value).Kind() != reflect.Struct {
		node.Value = text
	}
	if node.Value == "" {
		node.Style = yaml.DoubleQuotedStyle
	}
	return node
}

func printReference(w io.Writer, flags []*kong.Flag) error {
	var b strings.Builder
	b.WriteString("# Configuration\n\n" +
		"Every option can be given on the command line, in the environment, or in a YAML file that `--config` or `PLENUM_CONFIG` names;\n" +
		"this is also the order in which they are looked for. `plenum config print` shows each value and where it comes from,\n" +
		"`plenum config validate` checks them. A secret can also be in a file that its variable with `_FILE` behind it names.\n\n" +
		"| key in the file, `--option` | environment | default | meaning |\n|---|---|---|---|\n")
	for _, flag := range flags {
		name := flag.Envs[0]
		if isSecret(flag) {
			name += "`, `" + name + fileSuffix
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", flag.Name, name, quoted(flag.Default), strings.ReplaceAll(flag.Help, "|", `\|`))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func quoted(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}

// validate finds what is wrong with the options, as far as that can be told without starting.
func (c serveCommand) validate() error {
	var errs []error
	errs = append(errs, c.Storage.validate(), c.Limits.validate())
	if _, err := c.mailer(); err != nil {
		errs = append(errs, err)
	}
	if err := c.mediaConfig().Validate(); err != nil {
		errs = append(errs, err)
	}
	errs = append(errs, c.TURN.validate(), c.TLS.validate())
	errs = append(errs, checkDrainWait(c.DrainWait), c.tracing("").Validate(), c.Cluster.validate(c.Secret), c.validateWebhooks())
	if c.Secret != "" {
		_, err := loadSecret(c.Secret, c.Storage.Data)
		errs = append(errs, err)
	}
	_, err := previousSecrets(c.PreviousSecret)
	errs = append(errs, err, checkAddress("--listen", c.Listen))
	if c.AdminListen != "off" {
		errs = append(errs, checkAddress("--admin-listen", c.AdminListen), c.checkAdmin())
	}
	if address, err := net.ResolveTCPAddr("tcp", c.Listen); err == nil {
		_, err := c.origins(address.AddrPort())
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
