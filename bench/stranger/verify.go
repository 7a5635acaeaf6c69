// Verifies an exported log with the Go project's own code: golang.org/x/mod/sumdb/note and tlog.
//
// Ours here are only the reading of files and the loop; every signature, hash and proof is theirs.
// Usage: verify EXPORT (a folder with checkpoint, vkey and tile/; proofs.json beside them).
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Proofs are what our prover made: inclusion by index, consistency by old size.
type Proofs struct {
	Inclusion   map[string][]string `json:"inclusion"`
	Consistency map[string][]string `json:"consistency"`
}

func must(err error) {
	if err != nil {
		fmt.Println("REFUSED:", err)
		os.Exit(1)
	}
}

func read(parts ...string) []byte {
	raw, err := os.ReadFile(filepath.Join(parts...))
	must(err)
	return raw
}

// hashes keeps the tree's stored hashes in the order of tlog.StoredHashIndex.
type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for place, index := range indexes {
		found[place] = h[index]
	}
	return found, nil
}

// files reads exported tiles; tlog.TileHashReader checks each against the signed root.
type files struct{ folder string }

func (f files) Height() int                                  { return 8 }
func (f files) SaveTiles(tiles []tlog.Tile, data [][]byte) {}
func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		raw, err := os.ReadFile(filepath.Join(f.folder, path(tile)))
		if err != nil {
			return nil, err
		}
		all = append(all, raw)
	}
	return all, nil
}

// path is that of c2sp.org/tlog-tiles: tlog's own, less the tile height.
func path(tile tlog.Tile) string { return strings.Replace(tile.Path(), "tile/8/", "tile/", 1) }

func head(folder string) tlog.Tree {
	verifier, err := note.NewVerifier(strings.TrimSpace(string(read(folder, "vkey"))))
	must(err)
	opened, err := note.Open(read(folder, "checkpoint"), note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)
	if lines[0] != verifier.Name() {
		must(fmt.Errorf("origin is not the key's name"))
	}
	return tlog.Tree{N: size, Hash: root}
}

func grow(folder string, size int64) (stored hashes, leaves []tlog.Hash) {
	for first := int64(0); first < size; first += 256 {
		bundle := tlog.Tile{H: 8, L: 0, N: first / 256, W: int(min(256, size-first))}
		raw := read(folder, strings.Replace(path(bundle), "tile/0/", "tile/entries/", 1))
		for len(raw) > 0 {
			length := 2 + int(binary.BigEndian.Uint16(raw))
			leaf := tlog.RecordHash(raw[2:length])
			more, err := tlog.StoredHashesForRecordHash(int64(len(leaves)), leaf, stored)
			must(err)
			stored, leaves, raw = append(stored, more...), append(leaves, leaf), raw[length:]
		}
	}
	return stored, leaves
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

func decoded(texts []string) (proof []tlog.Hash) {
	for _, text := range texts {
		raw, err := base64.StdEncoding.DecodeString(text)
		must(err)
		var hash tlog.Hash
		copy(hash[:], raw)
		proof = append(proof, hash)
	}
	return proof
}

func main() {
	folder := os.Args[1]
	tree := head(folder)
	stored, leaves := grow(folder, tree.N)
	root, err := tlog.TreeHash(tree.N, stored)
	must(err)
	if root != tree.Hash || int64(len(leaves)) != tree.N {
		must(fmt.Errorf("the signed root does not follow from the %d entries", len(leaves)))
	}
	tiles := 0
	for _, tile := range tlog.NewTiles(8, 0, tree.N) {
		if tile.W < 256 && int64(tile.W) != tree.N>>(8*tile.L)-tile.N<<8 {
			continue // a narrower one, which a log may forget once it grew
		}
		follows, err := tlog.ReadTileData(tile, stored)
		must(err)
		if !bytes.Equal(follows, read(folder, path(tile))) {
			must(fmt.Errorf("%s does not follow from the entries", path(tile)))
		}
		tiles++
	}
	reader := tlog.TileHashReader(tree, files{folder})
	var proofs Proofs
	must(json.Unmarshal(read(folder, "..", "proofs.json"), &proofs))
	for text, hashes := range proofs.Inclusion {
		index, err := strconv.ParseInt(text, 10, 64)
		must(err)
		must(tlog.CheckRecord(decoded(hashes), tree.N, tree.Hash, index, leaves[index]))
		theirs, err := tlog.ProveRecord(tree.N, index, reader)
		must(err)
		must(tlog.CheckRecord(theirs, tree.N, tree.Hash, index, leaves[index]))
	}
	for text, hashes := range proofs.Consistency {
		size, err := strconv.ParseInt(text, 10, 64)
		must(err)
		old, err := tlog.TreeHash(size, stored)
		must(err)
		must(tlog.CheckTree(decoded(hashes), tree.N, tree.Hash, size, old))
	}
	fmt.Printf("entries %d, tiles %d, inclusion proofs %d, consistency proofs %d: all verify\n",
		tree.N, tiles, len(proofs.Inclusion), len(proofs.Consistency))
}
