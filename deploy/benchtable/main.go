package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "benchtable:", err)
		os.Exit(1)
	}
}

func run() error {
	compared := flag.Bool("compare", false, "compare two files of results rather than print a table of all")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "benchtable FILE…\nbenchtable -compare BEFORE AFTER")
		flag.PrintDefaults()
	}
	flag.Parse()
	if *compared {
		if flag.NArg() != 2 {
			return fmt.Errorf("-compare takes two files, not %d", flag.NArg())
		}
		before, after := results{}, results{}
		if err := before.readFile(flag.Arg(0)); err != nil {
			return err
		}
		if err := after.readFile(flag.Arg(1)); err != nil {
			return err
		}
		return comparison(os.Stdout, [2]string{"before", "after"}, before, after)
	}
	list, err := rows(rowsText)
	if err != nil {
		return err
	}
	all := results{}
	for _, name := range flag.Args() {
		if err := all.readFile(name); err != nil {
			return err
		}
	}
	return table(os.Stdout, list, all)
}

func (r results) readFile(name string) error {
	file, err := os.Open(name) //nolint:gosec // named by whoever calls
	if err != nil {
		return fmt.Errorf("reading results: %w", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	if err := r.read(file); err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	return nil
}
