package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

const about = `Plenum is a meeting server: sign-up, meetings, chat, a web client and the forwarding of media, in one program.

Start it with no options at all:

    plenum serve

and open the address that it prints. Everything it keeps is in the data directory (./data): the SQLite database and the
secret that signs sign-ins. With options it uses other parts, for example a MySQL or MariaDB database:

    plenum serve --database 'mysql://plenum:password@127.0.0.1:3306/plenum'

Each option can be given in the environment too: --public-address is PLENUM_PUBLIC_ADDRESS, and so on; and in a YAML file,
as public-address, that --config names. The command line comes before the environment, and that before the file. 'plenum
config print' shows what holds and why; 'plenum COMMAND --help' explains the options of a command.`

// cli is the grammar of the command line.
type cli struct {
	Serve    serveCommand    `cmd:"" help:"Run the server."`
	Config   configCommand   `cmd:"" help:"Print, check or explain the server's configuration."`
	Admin    adminCommand    `cmd:"" help:"Look after a server: keys, accounts, meetings and who is in them, announcements, draining."`
	Top      topCommand      `cmd:"" help:"Show the meetings and the load of a server that runs, as they change."`
	Metrics  metricsCommand  `cmd:"" help:"Print what each metric means, as Markdown."`
	Migrate  migrateCommand  `cmd:"" help:"Bring the database's tables up to date, take a step back, or say where they stand."`
	Seed     seedCommand     `cmd:"" help:"Make demo users and a meeting, to try things out with."`
	Doctor   doctorCommand   `cmd:"" help:"Look at everything that the server needs, and say how to mend what is wrong."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
	Loadtest loadtestCommand `cmd:"" help:"Bring bots into meetings of a server and report how they fare."`
	Bridge   bridgeCommand   `cmd:"" hidden:"" help:"Carry media between clients and a server over a bad link, for tests."`
}

// terminal is where a command writes what it is asked for. Logs go to standard error.
type terminal struct {
	out io.Writer
	err io.Writer
}

func main() {
	ctx, stop := signalled()
	defer stop()
	os.Exit(run(ctx, os.Args[1:], terminal{out: os.Stdout, err: os.Stderr}))
}

// signalled gives a context that ends at the first SIGINT or SIGTERM. The second one ends the program at once.
func signalled() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// exit carries kong's wish to end the program (after --help) through the stack.
type exit struct{ code int }

// run is the program less its process: it returns the exit code.
func run(ctx context.Context, args []string, to terminal) (code int) {
	defer func() {
		if e, ok := recover().(exit); ok {
			code = e.code
		}
	}()
	from := new(sources)
	parser, err := newParser(to, from)
	if err != nil {
		fmt.Fprintf(to.err, "plenum: %v\n", err)
		return 2
	}
	command, err := parser.Parse(args)
	if err != nil {
		var wrong *kong.ParseError
		if errors.As(err, &wrong) && wrong.Context != nil {
			fmt.Fprintf(to.err, "plenum: %v (see 'plenum %s--help')\n", err, commandOf(wrong.Context))
			return 2
		}
		fmt.Fprintf(to.err, "plenum: %v\n", err)
		return 2
	}
	if from.err != nil {
		fmt.Fprintf(to.err, "plenum: %v\n", from.err)
		return 2
	}
	command.BindTo(ctx, (*context.Context)(nil))
	command.Bind(to, from, reading(args))
	if err := command.Run(); err != nil {
		fmt.Fprintf(to.err, "plenum: %v\n", err)
		var coded interface{ ExitCode() int }
		if errors.As(err, &coded) {
			return coded.ExitCode()
		}
		return 1
	}
	return 0
}

func newParser(to terminal, from *sources) (*kong.Kong, error) {
	return newParserOf(new(cli), to, from)
}

func newParserOf(grammar *cli, to terminal, from *sources) (*kong.Kong, error) {
	return kong.New(grammar,
		kong.Name("plenum"),
		kong.Description(about),
		kong.DefaultEnvars("PLENUM"),
		kong.Resolvers(from),
		kong.Writers(to.out, to.err),
		kong.Exit(func(code int) { panic(exit{code}) }),
		kong.ConfigureHelp(kong.HelpOptions{NoExpandSubcommands: true, WrapUpperBound: 120}),
	)
}

func commandOf(c *kong.Context) string {
	if name := c.Command(); name != "" {
		return name + " "
	}
	return ""
}
