package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
	k8syaml "sigs.k8s.io/yaml"
)

// document is one answer of kubectl's decoder, and where its text stands in the file.
type document struct {
	raw    []byte // JSON, empty for an empty document
	text   []byte // what it was made from, empty if it could not be cut out
	json   bool   // read by the JSON decoder
	line   int    // 1-based line of text's first byte
	column int    // characters before text's first byte in that line
	err    error
}

// documents returns what kubectl's decoder returns for the file, document by document, going on
// after an error where the decoder can.
//
// The decoder does not say where a document began. mirror repeats its steps to learn that, and
// any difference between the two stops the program: a wrong line is worse than none.
func documents(text []byte) ([]document, error) {
	var told []document
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), 4096)
	mirrored, stuck := mirror(text)
	for len(told) <= len(mirrored) {
		ext := runtime.RawExtension{}
		err := decoder.Decode(&ext)
		if err == io.EOF || stuck && len(told) == len(mirrored) {
			break
		}
		told = append(told, document{raw: bytes.TrimSpace(ext.Raw), err: err})
	}
	if len(told) != len(mirrored) {
		return nil, fmt.Errorf("kubectl's decoder yields %d documents or more, the mirror %d", len(told), len(mirrored))
	}
	for i := range told {
		if (told[i].err == nil) != (mirrored[i].err == nil) || len(told[i].raw) != len(mirrored[i].raw) {
			return nil, fmt.Errorf("document %d: kubectl's decoder yields %q (%v), the mirror %q (%v)",
				i, told[i].raw, told[i].err, mirrored[i].raw, mirrored[i].err)
		}
		// The decoder prefers the error of its first, JSON, attempt; and the mirror may have drawn
		// another winner of two keys that only conversion makes equal (1 and "1").
		mirrored[i].raw, mirrored[i].err = told[i].raw, told[i].err
	}
	return mirrored, nil
}

// mirror walks the text as YAMLOrJSONDecoder does. stuck says that the real one would repeat its
// last error for ever.
func mirror(text []byte) (found []document, stuck bool) {
	start := 0
	if yaml.IsJSONBuffer(text[:min(len(text), 4096)]) {
		decoder := json.NewDecoder(bytes.NewReader(text))
		for {
			ext := runtime.RawExtension{}
			err := decoder.Decode(&ext)
			if err == io.EOF {
				return found, false
			}
			if err != nil && len(found) > 1 {
				return append(found, at(text, start, document{err: err})), true
			}
			if err != nil {
				break
			}
			end := int(decoder.InputOffset())
			start += len(text[start:end]) - len(bytes.TrimLeft(text[start:end], " \t\r\n"))
			found = append(found, at(text, start, document{raw: ext.Raw, text: text[start:end], json: true}))
			start = end
		}
		var more bool
		if start, more = skipSpace(text, start); !more {
			return append(found, at(text, start, document{err: io.ErrUnexpectedEOF})), true
		}
	}
	return append(found, yamlDocuments(text, start)...), false
}

// skipSpace passes white space up to and including the first line end. Like the original it looks
// at four bytes at a time and gives up when fewer are left, or at U+FFFD.
func skipSpace(text []byte, start int) (int, bool) {
	for len(text)-start >= 4 {
		r, size := utf8.DecodeRune(text[start:])
		switch {
		case r == utf8.RuneError:
			return start, false
		case r == '\n':
			return start + size, true
		case !unicode.IsSpace(r):
			return start, true
		}
		start += size
	}
	return start, false
}

// yamlDocuments cuts the text with apimachinery's YAMLReader, handing it one line at a time so
// that the lines it has taken are the lines it has used.
func yamlDocuments(text []byte, start int) (found []document) {
	lines := &lineByLine{rest: text[start:]}
	reader := yaml.NewYAMLReader(bufio.NewReader(lines))
	for {
		begin := len(text) - len(lines.rest)
		chunk, err := reader.Read()
		if err == io.EOF {
			return found
		}
		d := document{text: chunk, err: err}
		if err == nil {
			ext := runtime.RawExtension{}
			d.err = k8syaml.Unmarshal(chunk, &ext)
			d.raw = bytes.TrimSpace(ext.Raw)
		}
		found = append(found, at(text, begin, d))
	}
}

// lineByLine is a reader that never returns bytes of two lines at once.
type lineByLine struct{ rest []byte }

func (l *lineByLine) Read(p []byte) (int, error) {
	if len(l.rest) == 0 {
		return 0, io.EOF
	}
	end := bytes.IndexByte(l.rest, '\n') + 1
	if end == 0 {
		end = len(l.rest)
	}
	n := copy(p, l.rest[:end])
	l.rest = l.rest[n:]
	return n, nil
}

// at places a document at a byte of the file.
func at(text []byte, offset int, d document) document {
	before := text[:offset]
	d.line = 1 + bytes.Count(before, []byte("\n"))
	d.column = len([]rune(string(before[bytes.LastIndexByte(before, '\n')+1:])))
	return d
}

// contentLine is the line of the first thing that is neither blank, comment, directive nor marker.
func (d document) contentLine() int {
	for i, line := range strings.Split(string(d.text), "\n") {
		line = strings.TrimSpace(line)
		marker := i == 0 && strings.HasPrefix(line, "---") || strings.HasPrefix(line, "%")
		if line != "" && !strings.HasPrefix(line, "#") && !marker {
			return d.line + i
		}
	}
	return d.line
}
