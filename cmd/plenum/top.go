package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// topCommand shows a running server.
type topCommand struct {
	Admin      string        `default:"http://127.0.0.1:9090" placeholder:"URL" help:"The server's admin listener. Default: ${default}."`
	AdminToken string        `secret:"" placeholder:"TEXT" help:"What the admin listener asks for, if it was given a token. Better set in the environment, as PLENUM_ADMIN_TOKEN."`
	Every      time.Duration `default:"1s" placeholder:"TIME" help:"Time between two looks. Default: ${default}."`
	Once       bool          `help:"Look once and end: rates are over one such time."`
	JSON       bool          `name:"json" help:"Print what the server says as JSON, one document a look."`
}

const (
	// leastEvery keeps a typing error from burdening a server.
	leastEvery = 100 * time.Millisecond
	// answersWithin is how long the server may take.
	answersWithin = 5 * time.Second
	// mostLoad is how large an answer may be: several thousand rooms.
	mostLoad = 16 << 20
)

// What a terminal is told: a page beside the one with the prompt, without a cursor; and back.
const (
	enterScreen = "\x1b[?1049h\x1b[?25l"
	leaveScreen = "\x1b[?25h\x1b[?1049l"
	fromTheTop  = "\x1b[H"
	clearLine   = "\x1b[K"
	clearBelow  = "\x1b[J"
)

func (c topCommand) Run(ctx context.Context, to terminal) error {
	if err := checkAdminURL(c.Admin); err != nil {
		return err
	}
	if c.Every < leastEvery {
		return fmt.Errorf("--every %s is too short: at least %s", c.Every, leastEvery)
	}
	first, err := c.look(ctx)
	if err != nil {
		return err
	}
	if c.JSON && c.Once {
		return printJSON(to.out, first)
	}
	screen, live := to.out.(*os.File)
	live = live && isTerminal(screen) && !c.Once && !c.JSON
	if live {
		fmt.Fprint(to.out, enterScreen)
		defer fmt.Fprint(to.out, leaveScreen)
	}
	return c.watch(ctx, to.out, first, func(page string) {
		if !live {
			fmt.Fprint(to.out, page)
			return
		}
		width, height := terminalSize(screen)
		fmt.Fprint(to.out, fitted(page, width, height))
	})
}

// watch looks again and again, until ctx ends.
func (c topCommand) watch(ctx context.Context, out io.Writer, before nodeLoad, show func(string)) error {
	tick := time.NewTicker(c.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		now, err := c.look(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && c.Once:
			return err
		case err != nil:
			show(fmt.Sprintf("%s\n", err)) // it may be back soon
			continue
		case c.JSON:
			if err := printJSON(out, now); err != nil {
				return err
			}
		default:
			show(topPage(before, now))
		}
		if c.Once {
			return nil
		}
		before = now
	}
}

// look asks the server what it does.
func (c topCommand) look(ctx context.Context) (nodeLoad, error) {
	ctx, cancel := context.WithTimeout(ctx, answersWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(c.Admin, "/")+"/debug/load", http.NoBody)
	if err != nil {
		return nodeLoad{}, err
	}
	if c.AdminToken != "" {
		request.Header.Set("Authorization", "Bearer "+c.AdminToken)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nodeLoad{}, fmt.Errorf("no server answers at %s: is it running, and with which --admin-listen? (%w)", c.Admin, reason(err))
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusUnauthorized:
		return nodeLoad{}, errors.New("the server asks for its admin token: give it as PLENUM_ADMIN_TOKEN")
	default:
		return nodeLoad{}, fmt.Errorf("%s answers %s: is it Plenum's admin listener?", c.Admin, response.Status)
	}
	var load nodeLoad
	if err := json.NewDecoder(io.LimitReader(response.Body, mostLoad)).Decode(&load); err != nil {
		return nodeLoad{}, fmt.Errorf("%s does not answer as Plenum does: %w", c.Admin, err)
	}
	return load, nil
}

func printJSON(w io.Writer, load nodeLoad) error {
	text, err := json.Marshal(load)
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

// fitted is a page for a terminal of that size, to be written over the one before.
func fitted(page string, width, height int) string {
	lines := strings.Split(strings.TrimSuffix(page, "\n"), "\n")
	if height > 1 && len(lines) > height-1 {
		lines = append(lines[:height-2], fmt.Sprintf("… %d more", len(lines)-height+2))
	}
	var b strings.Builder
	b.WriteString(fromTheTop)
	for _, line := range lines {
		if runes := []rune(line); len(runes) >= width {
			line = string(runes[:max(0, width-1)])
		}
		b.WriteString(line + clearLine + "\n")
	}
	b.WriteString(clearBelow)
	return b.String()
}
