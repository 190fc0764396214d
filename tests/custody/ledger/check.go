// Go's own checksum-database code, which knows nothing of ours, on a log of ours.
//
//	check VKEY entry PROOF ENTRY       a c2sp.org/tlog-proof file, and the entry
//	check VKEY tree OLD NEW PROOF      two checkpoints, and the hashes between them, one a line
package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func read(name string) string {
	data, err := os.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return string(data)
}

// open returns the size and the root of a checkpoint that the key has signed.
func open(vkey, signed string) (int64, tlog.Hash, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return 0, tlog.Hash{}, err
	}
	opened, err := note.Open([]byte(signed), note.VerifierList(verifier))
	if err != nil {
		return 0, tlog.Hash{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return 0, tlog.Hash{}, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return 0, tlog.Hash{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return size, root, err
}

func hashes(lines []string) ([]tlog.Hash, error) {
	found := []tlog.Hash{}
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		found = append(found, hash)
	}
	return found, nil
}

func entry(vkey, proof, data string) error {
	parts := strings.SplitN(proof, "\n\n", 2)
	if len(parts) < 2 {
		return errors.New("no checkpoint")
	}
	lines := strings.Split(parts[0], "\n")
	if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	path, err := hashes(lines[2:])
	if err != nil {
		return err
	}
	size, root, err := open(vkey, parts[1])
	if err != nil {
		return err
	}
	return tlog.CheckRecord(path, size, root, index, tlog.RecordHash([]byte(data)))
}

func tree(vkey, old, now, proof string) error {
	oldSize, oldRoot, err := open(vkey, old)
	if err != nil {
		return err
	}
	size, root, err := open(vkey, now)
	if err != nil {
		return err
	}
	path, err := hashes(strings.Fields(proof))
	if err != nil {
		return err
	}
	return tlog.CheckTree(path, size, root, oldSize, oldRoot)
}

func main() {
	var err error
	if os.Args[2] == "entry" {
		err = entry(os.Args[1], read(os.Args[3]), read(os.Args[4]))
	} else {
		err = tree(os.Args[1], read(os.Args[3]), read(os.Args[4]), read(os.Args[5]))
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
