//go:build js && wasm

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"syscall/js"
	"time"

	"github.com/hack-pad/hackpadfs"
	"github.com/hack-pad/hackpadfs/indexeddb"
	"github.com/hack-pad/hackpadfs/mem"
)

// The files of a store. A save is written beside the old one and renamed over it, which IndexedDB does in one
// transaction: closing the tab at any moment leaves one of the two whole.
const (
	saveFile    = "session.json"
	newFile     = "session.new.json"
	damagedFile = "session.damaged.json"
)

// openLimit bounds the wait for IndexedDB: some private windows neither open it nor refuse.
const openLimit = 3 * time.Second

// store keeps the save file, unless another tab keeps its own.
type store struct {
	files hackpadfs.FS
	kept  string      // as in wire.Workspace
	moved chan string // tells of every later change of kept
}

// openStore opens the browser's storage, or memory when it offers none that lasts.
func openStore() *store {
	files, err := openIndexedDB()
	if err == nil {
		s := &store{files: files, kept: "another", moved: make(chan string, 4)}
		if js.Global().Get("location").Get("hash").String() != "#link" && s.claim(false) {
			<-s.moved // the page hears of it when it opens the session
		}
		return s
	}
	js.Global().Get("console").Call("warn", "Orrery keeps nothing: "+err.Error())
	memory, err := mem.NewFS()
	if err != nil {
		panic("engine: an empty file system in memory: " + err.Error())
	}
	return &store{files: memory, kept: "memory", moved: make(chan string, 4)}
}

func openIndexedDB() (files hackpadfs.FS, err error) {
	defer func() { // hackpadfs panics on what JavaScript throws in some places
		if thrown := recover(); thrown != nil {
			err = fmt.Errorf("open IndexedDB: %v", thrown)
		}
	}()
	if !js.Global().Get("indexedDB").Truthy() {
		return nil, errors.New("this browser has no IndexedDB")
	}
	ctx, cancel := context.WithTimeout(context.Background(), openLimit)
	defer cancel()
	db, err := indexeddb.NewFS(ctx, name(), indexeddb.Options{})
	if err != nil {
		return nil, fmt.Errorf("open IndexedDB: %w", err)
	}
	if _, err := hackpadfs.Stat(db, "."); err != nil {
		return nil, fmt.Errorf("read IndexedDB: %w", err)
	}
	return db, nil
}

// name names the store. It holds the site's path, so that two copies on one host do not overwrite each other.
func name() string {
	return "orrery " + path.Dir(path.Dir(js.Global().Get("location").Get("pathname").String()))
}

// read returns the save file, or nil when there is none.
func (s *store) read() ([]byte, error) {
	save, err := hackpadfs.ReadFile(s.files, saveFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return save, err
}

// write replaces the save file.
func (s *store) write(save []byte) error {
	if s.kept == "another" {
		return nil // the save file is that of another tab
	}
	if err := hackpadfs.WriteFullFile(s.files, newFile, save, 0o600); err != nil {
		return fmt.Errorf("write the save file: %w", err)
	}
	if err := hackpadfs.Rename(s.files, newFile, saveFile); err != nil {
		return fmt.Errorf("replace the save file: %w", err)
	}
	return nil
}

// setAside keeps a save file that could not be opened, so that the next write does not lose it.
func (s *store) setAside(save []byte) error {
	return hackpadfs.WriteFullFile(s.files, damagedFile, save, 0o600)
}
