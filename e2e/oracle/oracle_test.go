package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

var (
	row    = regexp.MustCompile("^\\| `(x?)(\".*?[^\\\\]\"|\"\")` \\| (.*?) \\| [^`|]*(?:`.*)?\\|$")
	result = regexp.MustCompile("^`(.*)`$")
	scalar = regexp.MustCompile("`([^`]+)` → `([^`]+)`")
)

// TestReadmeTables asks the libraries again for every row of the README.
func TestReadmeTables(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, tables, _ := strings.Cut(string(readme), "## Input and result")
	rows := 0
	for _, line := range strings.Split(tables, "\n") {
		if found := row.FindStringSubmatch(line); found != nil {
			rows++
			documentsAre(t, input(t, found[1], unescape(found[2])), found[3])
			continue
		}
		for _, found := range scalar.FindAllStringSubmatch(line, -1) {
			rows++
			scalarIs(t, unescape(found[1]), unescape(found[2]))
		}
	}
	if lines := strings.Count(tables, "\n| `"); rows < 400 || lines < 200 {
		t.Errorf("only %d cases in %d lines: the tables were not understood", rows, lines)
	}
}

func unescape(cell string) string { return strings.ReplaceAll(cell, `\|`, "|") }

func input(t *testing.T, kind, cell string) string {
	if kind == "x" { // Go and the table share the \x notation
		cell = regexp.MustCompile(`\\x(..)`).ReplaceAllString(cell, `\u00$1`)
	}
	var text string
	if err := json.Unmarshal([]byte(cell), &text); err != nil {
		t.Fatalf("%s: %v", cell, err)
	}
	if kind == "x" {
		raw := []byte{}
		for _, r := range text {
			raw = append(raw, byte(r))
		}
		return string(raw)
	}
	return text
}

func documentsAre(t *testing.T, text, want string) {
	file := filepath.Join(t.TempDir(), "in.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := each(file, read, json.NewEncoder(&out)); err != nil {
		t.Errorf("%q: %v", text, err)
	}
	told := json.NewDecoder(&out)
	told.UseNumber()
	for _, cell := range strings.Split(want, " then ") {
		var document struct {
			JSON  any
			Error string
		}
		err := told.Decode(&document)
		if cell == "(none)" {
			if err != io.EOF {
				t.Errorf("%q: expected no document, got %v", text, document)
			}
			return
		}
		expected := unescape(result.FindStringSubmatch(cell)[1])
		if message, failed := strings.CutPrefix(expected, "error: "); failed {
			if !strings.Contains(document.Error, message) {
				t.Errorf("%q: expected error %q, got %v", text, message, document)
			}
		} else if value, _ := canonical([]byte(expected)); document.Error != "" || !reflect.DeepEqual(value, document.JSON) {
			t.Errorf("%q: expected %s, got %v", text, expected, document)
		}
	}
	if told.More() {
		t.Errorf("%q: more documents than %s", text, want)
	}
}

func scalarIs(t *testing.T, text, want string) {
	asked, _ := json.Marshal(text)
	var out bytes.Buffer
	if err := scalars(bytes.NewReader(asked), json.NewEncoder(&out)); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	got := strings.TrimSpace(out.String())
	value, _ := canonical([]byte(got))
	expected, _ := canonical([]byte(want))
	if want == "error" != strings.HasPrefix(got, `{"error"`) || want != "error" && !reflect.DeepEqual(value, expected) {
		t.Errorf("%q: expected %s, got %s", text, want, got)
	}
}
